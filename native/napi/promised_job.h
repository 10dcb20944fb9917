// The jobs of a JavaScript object, one at a time: each is a promise, runs on the
// object's own thread, and tells listeners how it goes. The worker thread never touches
// JavaScript; it posts plain values to the mailbox. How a job ends is told also where no
// memory is left.
#pragma once

#include <napi.h>

#include <array>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "core/cancel.h"
#include "core/error.h"
#include "core/float_mode.h"
#include "core/process_end.h"
#include "core/thread_count.h"
#include "napi/mailbox.h"
#include "train/job_thread.h"

namespace thalweg::napi {

class PromisedJob {
 public:
  // Makes the value that a promise resolves to, or a listener is told.
  using MakeValue = std::function<Napi::Value(Napi::Env)>;
  enum Listener { kProgress, kSnapshot, kListeners };

  // `ended` is called after each job, before its promise settles; a job itself must not need
  // memory once its work is done.
  PromisedJob(Napi::Env env, std::function<void(Napi::Env)> ended);

  const CancelFlag& cancelled() const { return cancel_; }
  // At any time, also when nothing runs.
  void cancel() { cancel_.set(); }

  // Throws BUSY while a job is under way, and for good the error that took the device.
  void refuse_busy() const;
  // To be told of each error of a call.
  void note(const Error& error);

  // work(), on the worker thread, returns a MakeValue; what it throws rejects the
  // promise. The object that `info` was called on lives as long as the job.
  template <class Work>
  Napi::Value start(const Napi::CallbackInfo& info, Work work) {
    refresh_thread_count();  // may throw: nothing has begun
    const Napi::Value promise = open(info);
    try {
      thread_.post([this, work = std::move(work)]() mutable {
        const RunningJob running;
        if (running.may_begin()) run(work);
      });
    } catch (...) {  // no memory, or no thread to be had
      finish(info.Env());
      throw;
    }
    return promise;
  }

  // Of the job under way; a value that is no function listens to nothing.
  void listen(Listener listener, const Napi::Value& function);

  // Worker thread: calls the listener, if there is one, with make(env), or else dropped(), as
  // where there is no memory for the value. Where this throws, neither is called.
  template <class MakeValue, class Dropped>
  void tell(Listener listener, MakeValue make, Dropped dropped) {
    mailbox_->post([this, listener, make = std::move(make), dropped](Napi::Env env) {
      if (!pending_ || pending_->listeners[listener].IsEmpty()) return dropped();
      Napi::Value value;
      try {
        value = make(env);
      } catch (...) {
        dropped();
        throw;
      }
      pending_->listeners[listener].Call({value});
    });
  }

  // Cancels, and waits for the operation under way. No job runs after that.
  void stop();
  // stop(), and the promise of a job under way is settled.
  void abort(Napi::Env env);
  // After stop(): nothing reaches JavaScript any more.
  void close() { mailbox_->close(); }

 private:
  // What the JavaScript thread keeps for the job under way.
  struct Pending {
    Napi::Promise::Deferred deferred;
    Napi::ObjectReference self;  // keeps the object while the job runs
    std::array<Napi::FunctionReference, kListeners> listeners;
  };

  Napi::Value open(const Napi::CallbackInfo& info);
  std::unique_ptr<Pending> finish(Napi::Env env);
  // JavaScript thread, when the job has ended.
  void settle(Napi::Env env);
  [[noreturn]] void rethrow(const std::exception_ptr& failure);

  template <class Work>
  void run(Work& work) noexcept {
    const FloatMode mode;
    try {
      make_value_ = work();
    } catch (...) {
      failure_ = std::current_exception();
    }
    mailbox_->post_end();
  }

  std::shared_ptr<Mailbox> mailbox_;
  std::function<void(Napi::Env)> ended_;
  std::unique_ptr<Pending> pending_;
  std::optional<ErrorFields> lost_;  // the device failed, and the state with it
  // What came of the job, from its end until it is told.
  MakeValue make_value_;
  std::exception_ptr failure_;
  CancelFlag cancel_;
  JobThread thread_;
};

}  // namespace thalweg::napi
