// A trainer's life.
#include "napi/trainer.h"

#include "napi/native_trainer.h"
#include "napi/trainer_options.h"

namespace thalweg::napi {

Napi::Function NativeTrainer::define(Napi::Env env) {
  using Self = NativeTrainer;
  return DefineClass(env, "NativeTrainer",
                     {
                         InstanceMethod<&Self::call<&Self::train>>("train"),
                         InstanceMethod<&Self::call<&Self::evaluate>>("evaluate"),
                         InstanceMethod<&Self::call<&Self::predict>>("predict"),
                         InstanceMethod<&Self::call<&Self::full_gradients>>("fullGradients"),
                         InstanceMethod<&Self::call<&Self::gradients>>("gradients"),
                         InstanceMethod<&Self::call<&Self::state>>("state"),
                         InstanceMethod<&Self::call<&Self::read>>("read"),
                         InstanceMethod<&Self::call<&Self::counters>>("counters"),
                         InstanceMethod<&Self::call<&Self::check_rest>>("checkRest"),
                         InstanceMethod<&Self::call<&Self::save>>("save"),
                         InstanceMethod<&Self::call<&Self::load>>("load"),
                         InstanceMethod<&Self::cancel>("cancel"),
                         InstanceMethod<&Self::call<&Self::bytes>>("bytes"),
                         InstanceMethod<&Self::call<&Self::require_memory>>("requireMemory"),
                         InstanceMethod<&Self::call<&Self::step_count>>("stepCount"),
                         InstanceMethod<&Self::call<&Self::averaged_count>>("averagedCount"),
                         InstanceMethod<&Self::call<&Self::parameter>>("parameter"),
                         InstanceMethod<&Self::call<&Self::set_parameters>>("setParameters"),
                         InstanceMethod<&Self::call<&Self::statistic>>("statistic"),
                         InstanceMethod<&Self::call<&Self::set_statistics>>("setStatistics"),
                         InstanceMethod<&Self::call<&Self::refresh>>("refreshStatistics"),
                         InstanceMethod<&Self::call<&Self::dispose>>("dispose"),
                     });
}

NativeTrainer::NativeTrainer(const Napi::CallbackInfo& info) : Wrapped(info) {
  guarded(info.Env(), [&] {
    engine_ = std::make_unique<Engine>(read_engine_options(info[0].As<Napi::Object>()));
    job_ = std::make_unique<PromisedJob>(info.Env(), [this](Napi::Env env) { report_bytes(env); });
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
  const auto bytes = static_cast<int64_t>(engine_->bytes());
  Napi::MemoryManagement::AdjustExternalMemory(env, bytes - bytes_);
  bytes_ = bytes;
}

void NativeTrainer::at_exit(void* self) {
  auto* trainer = static_cast<NativeTrainer*>(self);
  trainer->hooked_ = false;
  trainer->end();  // the mailbox's function does not live until the finalizers
}

void NativeTrainer::end() {
  if (!job_) return;
  job_->stop();
  job_->close();
}

// Signals may fire at any time: also after disposal, when there is nothing to end.
Napi::Value NativeTrainer::cancel(const Napi::CallbackInfo& info) {
  job_->cancel();
  return info.Env().Undefined();
}

Napi::Value NativeTrainer::bytes(const Napi::CallbackInfo& info) {
  job_->refuse_busy();
  return Napi::Number::New(info.Env(), static_cast<double>(engine_->bytes()));
}

// requireMemory(bytes): MEMORY where the trainer may not hold so many more.
Napi::Value NativeTrainer::require_memory(const Napi::CallbackInfo& info) {
  job_->refuse_busy();
  engine_->require_memory(to_uint64(info[0], "bytes"));
  return info.Env().Undefined();
}

Napi::Value NativeTrainer::step_count(const Napi::CallbackInfo& info) {
  job_->refuse_busy();
  return Napi::Number::New(info.Env(), static_cast<double>(engine_->stepper().step_count()));
}

// averagedCount() → how many weights the average has seen
Napi::Value NativeTrainer::averaged_count(const Napi::CallbackInfo& info) {
  job_->refuse_busy();
  return Napi::Number::New(info.Env(), static_cast<double>(engine_->stepper().averaged_count()));
}

// Cancels, waits for the operation under way, settles the promise, frees.
Napi::Value NativeTrainer::dispose(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  job_->abort(env);
  job_->close();
  Napi::MemoryManagement::AdjustExternalMemory(env, -bytes_);
  bytes_ = 0;
  engine_.reset();
  return env.Undefined();
}

void register_trainer(Napi::Env env, Napi::Object exports) {
  exports.Set("Trainer", NativeTrainer::define(env));
}

}  // namespace thalweg::napi
