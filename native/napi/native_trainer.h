// The trainer as JavaScript sees it (src/native/trainer.ts): an engine, and the thread of
// its runs. The JavaScript side holds the lease and asks BUSY itself. At the end of an environment
// the cleanup hook, registered after the mailbox's own and so run before it, cancels the job and
// joins the thread.
#pragma once

#include <napi.h>

#include <chrono>
#include <memory>
#include <vector>

#include "napi/convert.h"
#include "napi/promised_job.h"
#include "train/engine.h"

namespace thalweg::napi {

class NativeTrainer : public Wrapped<NativeTrainer> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit NativeTrainer(const Napi::CallbackInfo& info);
  void Finalize(Napi::BasicEnv env) override;

 private:
  using Clock = std::chrono::steady_clock;

  // A method with DISPOSED, and with its errors noted.
  template <Napi::Value (NativeTrainer::*kMethod)(const Napi::CallbackInfo&)>
  Napi::Value call(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&]() -> Napi::Value {
      if (!engine_)
        throw Error({"DISPOSED", "trainer", "a disposed trainer", "a live trainer", ""});
      try {
        return (this->*kMethod)(info);
      } catch (const Error& error) {
        job_->note(error);
        throw;
      }
    });
  }

  // What the engine takes by now: its buffers grow with the batch.
  void report_bytes(Napi::Env env);

  static void at_exit(void* self);
  void end();

  // Passes over data, in trainer_runs.cc; all but gradients() on the trainer's own thread.
  Napi::Value train(const Napi::CallbackInfo& info);
  Napi::Value evaluate(const Napi::CallbackInfo& info);
  Napi::Value predict(const Napi::CallbackInfo& info);
  Napi::Value full_gradients(const Napi::CallbackInfo& info);
  Napi::Value gradients(const Napi::CallbackInfo& info);
  Napi::Value refresh(const Napi::CallbackInfo& info);

  // What the trainer holds, in trainer_state.cc.
  Napi::Value state(const Napi::CallbackInfo& info);
  Napi::Value read(const Napi::CallbackInfo& info);
  Napi::Value counters(const Napi::CallbackInfo& info);
  Napi::Value check_rest(const Napi::CallbackInfo& info);
  Napi::Value save(const Napi::CallbackInfo& info);
  Napi::Value load(const Napi::CallbackInfo& info);
  Napi::Value parameter(const Napi::CallbackInfo& info);
  Napi::Value set_parameters(const Napi::CallbackInfo& info);
  Napi::Value statistic(const Napi::CallbackInfo& info);
  Napi::Value set_statistics(const Napi::CallbackInfo& info);

  Napi::Value cancel(const Napi::CallbackInfo& info);
  Napi::Value bytes(const Napi::CallbackInfo& info);
  Napi::Value require_memory(const Napi::CallbackInfo& info);
  Napi::Value step_count(const Napi::CallbackInfo& info);
  Napi::Value averaged_count(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);

  // Whether a pass takes the averaged weights, or MISSING where there are none yet.
  Weights to_weights(const Napi::Value& averaged) const;

  std::unique_ptr<Engine> engine_;
  std::unique_ptr<PromisedJob> job_;  // its thread ends before the engine does
  Clock::time_point last_progress_;   // the worker thread's
  bool hooked_ = false;
  int64_t bytes_ = 0;  // reported to V8
};

}  // namespace thalweg::napi
