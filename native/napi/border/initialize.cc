#include "napi/border/initialize.h"

#include "core/thread_count.h"
#include "napi/border/convert.h"

namespace thalweg::napi {

// initialize(ThalwegError, { Float32Array, Float64Array, Uint32Array, Uint8Array }?) sets the
// classes of errors and results; by default those of the realm that loaded the addon.
static Napi::Value initialize(const Napi::CallbackInfo& info) {
  Environment& made = environment(info.Env());
  made.error_class = Napi::Persistent(info[0].As<Napi::Function>());
  const Napi::Object classes =
      info[1].IsObject() ? info[1].As<Napi::Object>() : info.Env().Global();
  const auto class_named = [&](const char* name) {
    return Napi::Persistent(classes.Get(name).As<Napi::Function>());
  };
  made.float32_array = class_named("Float32Array");
  made.float64_array = class_named("Float64Array");
  made.uint32_array = class_named("Uint32Array");
  made.uint8_array = class_named("Uint8Array");
  return info.Env().Undefined();
}

static Napi::Value set_thread_count(const Napi::CallbackInfo& info) {
  thalweg::set_thread_count(info[0].As<Napi::Number>().Int32Value());
  return info.Env().Undefined();
}

void register_initialize(Napi::Env env, Napi::Object exports) {
  set_environment(env);
  export_function<initialize>(env, exports, "initialize");
  read_thread_variable();
  export_function<set_thread_count>(env, exports, "setThreadCount");
}

}  // namespace thalweg::napi
