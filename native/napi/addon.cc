// The addon's entry: hands each concern the exports object. One line a concern.
#include <napi.h>

#include <string>

#include "backends/cpu/lanes.h"
#include "core/threads.h"
#include "napi/convert.h"
#include "napi/stepper.h"

namespace thalweg::napi {

static Napi::Value initialize(const Napi::CallbackInfo& info) {
  environment(info.Env()).error_class = Napi::Persistent(info[0].As<Napi::Function>());
  return info.Env().Undefined();
}

static Napi::Value isa(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), lanes().name);
}

static Napi::Value get_threads(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), thread_count());
}

static Napi::Value set_threads(const Napi::CallbackInfo& info) {
  set_thread_count(info[0].As<Napi::Number>().Int32Value());
  return info.Env().Undefined();
}

static Napi::Object register_addon(Napi::Env env, Napi::Object exports) {
  env.SetInstanceData(new Environment);
  export_function<initialize>(env, exports, "initialize");
  export_function<isa>(env, exports, "isa");
  export_function<get_threads>(env, exports, "threadCount");
  export_function<set_threads>(env, exports, "setThreadCount");
  register_stepper(env, exports);
  return exports;
}

}  // namespace thalweg::napi

static Napi::Object thalweg_register(Napi::Env env, Napi::Object exports) {
  return thalweg::napi::register_addon(env, exports);
}
NODE_API_MODULE(thalweg, thalweg_register)
