// The trainer as JavaScript sees it (src/native/trainer.ts): an engine, and the thread of its runs.
// The JavaScript side holds the lease and checks for BUSY itself.
#pragma once

#include <napi.h>

#include <cstdint>

#include "napi/border/convert.h"
#include "napi/trainer/trainer_parts.h"

namespace thalweg::napi {

class NativeTrainer : public Wrapped<NativeTrainer> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit NativeTrainer(const Napi::CallbackInfo& info);
  void Finalize(Napi::BasicEnv env) override;

 private:
  // Makes a method of a function. The method throws DISPOSED, and notes the function's errors.
  template <Napi::Value (*kFunction)(TrainerParts&, const Napi::CallbackInfo&)>
  Napi::Value call(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&]() -> Napi::Value {
      refuse_disposed();
      try {
        return kFunction(parts_, info);
      } catch (const Error& error) {
        parts_.job->note(error);
        throw;
      }
    });
  }
  Napi::Value cancel(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);

  void refuse_disposed() const;
  // Tells V8 how many bytes the engine holds by now, because its buffers grow with the batch.
  void report_bytes(Napi::Env env);

  // The cleanup hook of an environment cancels the job and joins the thread. It is registered after
  // the mailbox's own hook, so it runs before it.
  static void at_exit(void* self);
  void end();

  TrainerParts parts_;
  bool hooked_ = false;
  int64_t bytes_ = 0;  // reported to V8
};

}  // namespace thalweg::napi
