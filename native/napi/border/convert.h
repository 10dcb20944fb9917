// Converts between JavaScript values and C++ values. A caller reads options first, takes pointers
// into ArrayBuffers last, and keeps none past a call.
#pragma once

#include <napi.h>

#include <algorithm>
#include <cstdint>
#include <new>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/float_mode.h"

namespace thalweg::napi {

// State of one environment. Several Node environments (worker threads) load one addon.
struct Environment {
  Napi::FunctionReference error_class;  // src/errors.ts ThalwegError
  // The array classes of the caller's realm. Jest runs each test file in a realm of its own, and
  // the addon belongs to the first.
  Napi::FunctionReference float32_array, float64_array, uint32_array, uint8_array;
};
Environment& environment(Napi::Env env);
// Makes the state when the addon is loaded.
void set_environment(Napi::Env env);
// Returns the environment of the calling thread, which runs JavaScript.
Napi::Env this_environment();

// Makes the JavaScript ThalwegError for a native one.
Napi::Value to_error_value(Napi::Env env, const ErrorFields& fields);

// A view of a typed array's bytes, checked to be attached and not shared. src/arrays.ts refuses
// resizable buffers.
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

// Converts a JavaScript number or bigint, such as a seed. Throws TYPE or RANGE.
uint64_t to_uint64(const Napi::Value& value, const std::string& path);

// Converts a JavaScript number that counts something, an integer in [least, 2^53]. Throws TYPE or
// RANGE. Counts are safe to add and to compare; count_product() multiplies them.
int64_t to_count(const Napi::Value& value, const std::string& path, int64_t least = 0);
inline int64_t to_count(const Napi::Object& object, const char* key, int64_t least = 0) {
  return to_count(object.Get(key), key, least);
}
// Returns the product of two counts. Throws OVERFLOW.
int64_t count_product(int64_t a, int64_t b, const std::string& path);
// Converts a count below `size` to an index. Throws TYPE or RANGE.
size_t to_index(const Napi::Value& value, const std::string& path, size_t size);

// Makes the error of a call on a disposed object. The path is the object's name by default.
Error disposed(const std::string& object, const std::string& path);
inline Error disposed(const std::string& object) { return disposed(object, object); }
// Throws SHAPE unless an array has as many elements as it must; `reason` follows their number.
void check_length(const std::string& path, uint64_t length, uint64_t expected,
                  const char* reason = "");

// Makes the JavaScript error for the C++ exception that is being handled. Where memory is short,
// this allocates none for the addon itself.
Napi::Error current_error(Napi::Env env);

// Makes a Float32Array, Float64Array, Uint32Array or Uint8Array. Without memory for it,
// JavaScript's constructors throw, which becomes MEMORY here; those of N-API end the process.
template <class T>
Napi::TypedArrayOf<T> new_array(Napi::Env env, size_t length);
// Makes an array that holds a copy of the values.
template <class T>
Napi::TypedArrayOf<T> to_array(Napi::Env env, const std::vector<T>& values) {
  Napi::TypedArrayOf<T> array = new_array<T>(env, values.size());
  std::copy(values.begin(), values.end(), array.Data());
  return array;
}

// Calls body under IEEE arithmetic. Turns every C++ exception into a JavaScript one, because none
// may escape into V8.
template <class Body>
auto guarded(Napi::Env env, Body&& body) -> decltype(body()) {
  const FloatMode mode;
  try {
    return body();
  } catch (const Napi::Error&) {
    throw;
  } catch (...) {
    throw current_error(env);
  }
}

// A JavaScript class that the addon defines. Without memory for an object, `new` throws MEMORY in
// JavaScript.
template <class T>
class Wrapped : public Napi::ObjectWrap<T> {
 public:
  explicit Wrapped(const Napi::CallbackInfo& info) : Napi::ObjectWrap<T>(info) {}

  static void* operator new(size_t bytes) {
    return guarded(this_environment(), [&] { return ::operator new(bytes); });
  }
  static void operator delete(void* place) { ::operator delete(place); }
};

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
