// Makes, cancels and disposes of a trainer.
#include "napi/trainer/trainer.h"

#include "napi/trainer/native_trainer.h"
#include "napi/trainer/trainer_options.h"
#include "napi/trainer/trainer_passes.h"
#include "napi/trainer/trainer_state.h"

namespace thalweg::napi {

Napi::Function NativeTrainer::define(Napi::Env env) {
  using Self = NativeTrainer;
  return DefineClass(env, "NativeTrainer",
                     {
                         InstanceMethod<&Self::call<&passes::train>>("train"),
                         InstanceMethod<&Self::call<&passes::evaluate>>("evaluate"),
                         InstanceMethod<&Self::call<&passes::predict>>("predict"),
                         InstanceMethod<&Self::call<&passes::full_gradients>>("fullGradients"),
                         InstanceMethod<&Self::call<&passes::gradients>>("gradients"),
                         InstanceMethod<&Self::call<&state::tensors>>("state"),
                         InstanceMethod<&Self::call<&state::read>>("read"),
                         InstanceMethod<&Self::call<&state::counters>>("counters"),
                         InstanceMethod<&Self::call<&state::check_idle>>("checkIdle"),
                         InstanceMethod<&Self::call<&state::save>>("save"),
                         InstanceMethod<&Self::call<&state::load>>("load"),
                         InstanceMethod<&Self::cancel>("cancel"),
                         InstanceMethod<&Self::call<&state::bytes>>("bytes"),
                         InstanceMethod<&Self::call<&state::require_memory>>("requireMemory"),
                         InstanceMethod<&Self::call<&state::step_count>>("stepCount"),
                         InstanceMethod<&Self::call<&state::averaged_count>>("averagedCount"),
                         InstanceMethod<&Self::call<&state::parameter>>("parameter"),
                         InstanceMethod<&Self::call<&state::set_parameters>>("setParameters"),
                         InstanceMethod<&Self::call<&state::statistic>>("statistic"),
                         InstanceMethod<&Self::call<&state::set_statistics>>("setStatistics"),
                         InstanceMethod<&Self::call<&passes::refresh>>("refreshStatistics"),
                         InstanceMethod<&Self::dispose>("dispose"),
                     });
}

NativeTrainer::NativeTrainer(const Napi::CallbackInfo& info) : Wrapped(info) {
  guarded(info.Env(), [&] {
    parts_.engine = std::make_unique<Engine>(read_engine_options(info[0].As<Napi::Object>()));
    parts_.job =
        std::make_unique<PromisedJob>(info.Env(), [this](Napi::Env env) { report_bytes(env); });
    report_bytes(info.Env());
    napi_add_env_cleanup_hook(info.Env(), &NativeTrainer::at_exit, this);
    hooked_ = true;
  });
}

void NativeTrainer::Finalize(Napi::BasicEnv env) {
  if (hooked_) napi_remove_env_cleanup_hook(env, &NativeTrainer::at_exit, this);
  end();
  int64_t ignored;
  if (bytes_ > 0) napi_adjust_external_memory(env, -bytes_, &ignored);
}

void NativeTrainer::report_bytes(Napi::Env env) {
  const auto bytes = static_cast<int64_t>(parts_.engine->bytes());
  Napi::MemoryManagement::AdjustExternalMemory(env, bytes - bytes_);
  bytes_ = bytes;
}

void NativeTrainer::at_exit(void* self) {
  auto* trainer = static_cast<NativeTrainer*>(self);
  trainer->hooked_ = false;
  trainer->end();  // the mailbox's function does not live until finalizers run
}

void NativeTrainer::refuse_disposed() const {
  if (!parts_.engine) throw disposed("trainer");
}

void NativeTrainer::end() {
  if (!parts_.job) return;
  parts_.job->stop();
  parts_.job->close();
}

// A signal may fire at any time, also after disposal. There is nothing to cancel then.
Napi::Value NativeTrainer::cancel(const Napi::CallbackInfo& info) {
  parts_.job->cancel();
  return info.Env().Undefined();
}

// Cancels, waits for the operation under way, settles the promise and frees the engine.
Napi::Value NativeTrainer::dispose(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    refuse_disposed();
    parts_.job->abort(env);
    parts_.job->close();
    Napi::MemoryManagement::AdjustExternalMemory(env, -bytes_);
    bytes_ = 0;
    parts_.engine.reset();
    return env.Undefined();
  });
}

void register_trainer(Napi::Env env, Napi::Object exports) {
  exports.Set("Trainer", NativeTrainer::define(env));
}

}  // namespace thalweg::napi
