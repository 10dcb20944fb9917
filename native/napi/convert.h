// Between JavaScript values and C++ values. Options are read by the caller
// first; pointers into ArrayBuffers are taken last and never kept past a call.
#pragma once

#include <napi.h>

#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <system_error>

#include "core/error.h"

namespace thalweg::napi {

// Per-environment state: several Node environments (worker threads) load one addon.
struct Environment {
  Napi::FunctionReference error_class;  // src/errors.ts ThalwegError
};
Environment& environment(Napi::Env env);

// The JavaScript ThalwegError for a native one.
Napi::Value to_error_value(Napi::Env env, const ErrorFields& fields);

// A view of a typed array's bytes, checked: attached, not shared. Resizable buffers
// are refused by src/arrays.ts.
struct Span {
  void* data = nullptr;
  size_t length = 0;  // elements
};
Span typed_span(const Napi::Value& value, napi_typedarray_type type, const std::string& path);
inline float* float32_span(const Napi::Value& value, const std::string& path, size_t* length) {
  const Span span = typed_span(value, napi_float32_array, path);
  *length = span.length;
  return static_cast<float*>(span.data);
}

// A JavaScript number or bigint as uint64 (seeds, counts); throws TYPE or RANGE.
uint64_t to_uint64(const Napi::Value& value, const std::string& path);

// Calls body and turns every C++ exception into a JavaScript one; nothing
// native ever escapes into V8.
template <class Body>
auto guarded(Napi::Env env, Body&& body) -> decltype(body()) {
  try {
    return body();
  } catch (const Napi::Error&) {
    throw;
  } catch (const Error& error) {
    throw Napi::Error(env, to_error_value(env, error.fields()));
  } catch (const std::bad_alloc&) {
    throw Napi::Error(env, to_error_value(env, {"MEMORY", "allocation", "out of memory",
                                                "enough free memory", "use a smaller size"}));
  } catch (const std::length_error&) {
    throw Napi::Error(env, to_error_value(env, {"MEMORY", "allocation", "more than there can be",
                                                "enough free memory", "use a smaller size"}));
  } catch (const std::system_error& error) {
    throw Napi::Error(env, to_error_value(env, {"MEMORY", "thread", error.what(), "a new thread",
                                                "end other threads or raise the limit"}));
  } catch (const std::exception& error) {
    throw Napi::Error::New(env, error.what());
  } catch (...) {
    throw Napi::Error::New(env, "unknown native exception");
  }
}

// Wraps `Napi::Value f(const Napi::CallbackInfo&)` for exports.Set.
template <Napi::Value (*kFunction)(const Napi::CallbackInfo&)>
Napi::Value entry(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] { return kFunction(info); });
}
template <Napi::Value (*kFunction)(const Napi::CallbackInfo&)>
void export_function(Napi::Env env, Napi::Object exports, const char* name) {
  exports.Set(name, Napi::Function::New(env, entry<kFunction>, name));
}

}  // namespace thalweg::napi
