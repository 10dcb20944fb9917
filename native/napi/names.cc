#include "napi/names.h"

#include <cstddef>
#include <cstdint>

#include "core/error.h"

namespace thalweg::napi {

namespace {

template <size_t kCount>
Napi::Array list(Napi::Env env, const char* const (&names)[kCount]) {
  Napi::Array array = Napi::Array::New(env, kCount);
  for (uint32_t i = 0; i < kCount; ++i) array.Set(i, Napi::String::New(env, names[i]));
  return array;
}

}  // namespace

void register_names(Napi::Env env, Napi::Object exports) {
  Napi::Object names = Napi::Object::New(env);
  names.Set("errorCodes", list(env, kErrorCodeNames));
  exports.Set("names", names);
}

}  // namespace thalweg::napi
