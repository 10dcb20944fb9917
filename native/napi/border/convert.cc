#include "napi/border/convert.h"

#include <cmath>
#include <exception>
#include <stdexcept>
#include <system_error>
#include <type_traits>

namespace thalweg::napi {

static thread_local napi_env this_threads_environment = nullptr;
// Doubles count exactly up to this.
static constexpr double kLargestCount = 9007199254740992.0;

Environment& environment(Napi::Env env) { return *env.GetInstanceData<Environment>(); }

void set_environment(Napi::Env env) {
  env.SetInstanceData(new Environment);
  this_threads_environment = env;
}

Napi::Env this_environment() { return this_threads_environment; }

Napi::Value to_error_value(Napi::Env env, const ErrorFields& fields) {
  Napi::Object options = Napi::Object::New(env);
  options.Set("code", error_code_name(fields.code));
  options.Set("path", fields.path);
  options.Set("received", fields.received);
  options.Set("expected", fields.expected);
  options.Set("remedy", fields.remedy);
  return environment(env).error_class.New({options});
}

// Only literals are used, because strings of ours would need memory.
static Napi::Error memory_error(Napi::Env env, const char* path, const char* received,
                                const char* expected, const char* remedy) {
  Napi::Object options = Napi::Object::New(env);
  options.Set("code", error_code_name(ErrorCode::kMemory));
  options.Set("path", path);
  options.Set("received", received);
  options.Set("expected", expected);
  options.Set("remedy", remedy);
  return {env, environment(env).error_class.New({options})};
}

Napi::Error current_error(Napi::Env env) {
  try {
    throw;
  } catch (const Napi::Error& error) {
    return error;
  } catch (const Error& error) {
    return {env, to_error_value(env, error.fields())};
  } catch (const std::bad_alloc&) {
    return memory_error(env, "allocation", "out of memory", "enough free memory",
                        "use a smaller model, batch or data set");
  } catch (const std::length_error&) {
    return memory_error(env, "allocation", "a size beyond the largest possible one",
                        "enough free memory", "use a smaller size");
  } catch (const std::system_error& error) {
    return memory_error(env, "thread", error.what(), "a new thread",
                        "end other threads or raise the limit");
  } catch (const std::exception& error) {
    return Napi::Error::New(env, error.what());
  } catch (...) {
    return Napi::Error::New(env, "unknown native exception");
  }
}

Error disposed(const std::string& object, const std::string& path) {
  return Error({ErrorCode::kDisposed, path, "a disposed " + object, "a live " + object});
}

void check_length(const std::string& path, uint64_t length, uint64_t expected, const char* reason) {
  if (length != expected)
    throw Error({ErrorCode::kShape, path, std::to_string(length) + " elements",
                 std::to_string(expected) + " elements" + reason});
}

template <class T>
static const Napi::FunctionReference& array_class(const Environment& classes) {
  if constexpr (std::is_same_v<T, float>)
    return classes.float32_array;
  else if constexpr (std::is_same_v<T, double>)
    return classes.float64_array;
  else if constexpr (std::is_same_v<T, uint8_t>)
    return classes.uint8_array;
  else
    return classes.uint32_array;
}

template <class T>
Napi::TypedArrayOf<T> new_array(Napi::Env env, size_t length) {
  const Napi::Value size = Napi::Number::New(env, static_cast<double>(length));
  try {
    return array_class<T>(environment(env)).New({size}).template As<Napi::TypedArrayOf<T>>();
  } catch (const Napi::Error&) {
    throw memory_error(env, "result", "an array that cannot be allocated", "enough free memory",
                       "ask for less at a time");
  }
}
template Napi::Float32Array new_array(Napi::Env, size_t);
template Napi::Float64Array new_array(Napi::Env, size_t);
template Napi::Uint32Array new_array(Napi::Env, size_t);
template Napi::Uint8Array new_array(Napi::Env, size_t);

static const char* array_type_name(napi_typedarray_type type) {
  static const char* const kNames[] = {"Int8Array",     "Uint8Array",    "Uint8ClampedArray",
                                       "Int16Array",    "Uint16Array",   "Int32Array",
                                       "Uint32Array",   "Float32Array",  "Float64Array",
                                       "BigInt64Array", "BigUint64Array"};
  return type <= napi_biguint64_array ? kNames[type] : "another typed array";
}

Span typed_span(const Napi::Value& value, napi_typedarray_type type, const std::string& path) {
  const std::string expected = std::string("a ") + array_type_name(type);
  if (!value.IsTypedArray())
    throw Error({ErrorCode::kType, path, "no typed array", expected, "pass a typed array"});
  napi_typedarray_type actual;
  size_t length = 0;
  void* data = nullptr;
  napi_value buffer;
  size_t offset = 0;
  if (napi_get_typedarray_info(value.Env(), value, &actual, &length, &data, &buffer, &offset) !=
      napi_ok)
    throw Error({ErrorCode::kType, path, "an unreadable array", expected});
  if (actual != type)
    throw Error({ErrorCode::kDtype, path, array_type_name(actual), expected, "convert it"});
  bool detached = false;
  bool is_array_buffer = false;
  napi_is_arraybuffer(value.Env(), buffer, &is_array_buffer);
  if (!is_array_buffer)
    throw Error({ErrorCode::kType, path, "a view of a SharedArrayBuffer",
                 "a view of an ArrayBuffer", "copy it with slice()"});
  napi_is_detached_arraybuffer(value.Env(), buffer, &detached);
  if (detached || (data == nullptr && length > 0))
    throw Error(
        {ErrorCode::kDetached, path, "a detached array", expected, "copy it before transferring"});
  return {data, length};
}

uint64_t to_uint64(const Napi::Value& value, const std::string& path) {
  if (value.IsBigInt()) {
    bool lossless = false;
    const uint64_t result = value.As<Napi::BigInt>().Uint64Value(&lossless);
    if (!lossless)
      throw Error({ErrorCode::kRange, path, "a bigint outside 64 bits", "an integer in [0, 2^64)"});
    return result;
  }
  if (!value.IsNumber())
    throw Error({ErrorCode::kType, path, "no number", "an integer or a bigint"});
  const double number = value.As<Napi::Number>().DoubleValue();
  if (!(number >= 0) || number > kLargestCount || number != std::floor(number))
    throw Error({ErrorCode::kRange, path, std::to_string(number), "an integer in [0, 2^53]",
                 "use a bigint"});
  return static_cast<uint64_t>(number);
}

int64_t to_count(const Napi::Value& value, const std::string& path, int64_t least) {
  const std::string expected = "an integer in [" + std::to_string(least) + ", 2^53]";
  if (!value.IsNumber()) throw Error({ErrorCode::kType, path, "no number", expected});
  const double number = value.As<Napi::Number>().DoubleValue();
  const bool within = number >= static_cast<double>(least) && number <= kLargestCount;
  if (!within || number != std::floor(number))
    throw Error({ErrorCode::kRange, path, std::to_string(number), expected});
  return static_cast<int64_t>(number);
}

int64_t count_product(int64_t a, int64_t b, const std::string& path) {
  int64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product))
    throw Error({ErrorCode::kOverflow, path, std::to_string(a) + " × " + std::to_string(b),
                 "a product below 2^63"});
  return product;
}

size_t to_index(const Napi::Value& value, const std::string& path, size_t size) {
  const auto index = static_cast<size_t>(to_count(value, path));
  if (index >= size)
    throw Error(
        {ErrorCode::kRange, path, std::to_string(index), "less than " + std::to_string(size)});
  return index;
}

}  // namespace thalweg::napi
