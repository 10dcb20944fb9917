// Runs the jobs of a JavaScript object one at a time, each as a promise, on the object's own
// thread. The worker thread never touches JavaScript; it posts plain values to the mailbox.
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
#include "napi/border/mailbox.h"
#include "train/loop/job_thread.h"

namespace thalweg::napi {

class PromisedJob {
 public:
  // Makes the value that a promise resolves to, or that a listener receives.
  using MakeValue = std::function<Napi::Value(Napi::Env)>;
  enum Listener { kProgress, kSnapshot, kListeners };

  // Calls `ended` after each job, before its promise settles. A job must not need memory once its
  // work is done.
  PromisedJob(Napi::Env env, std::function<void(Napi::Env)> ended);

  const CancelFlag& cancelled() const { return cancel_; }
  // Works at any time, also when nothing runs.
  void cancel() { cancel_.set(); }
  // True while a job is under way.
  bool is_running() const { return pending_ != nullptr; }

  // Throws BUSY while a job is under way. Once a device is lost, throws its error for good.
  void refuse_busy() const;
  // Must be told each error of a call, because the error may mean that the device is lost.
  void note(const Error& error);

  // Runs work() on the worker thread; it returns a MakeValue. If it throws, the promise is
  // rejected. The object that `info` was called on lives as long as the job.
  template <class Work>
  Napi::Value start(const Napi::CallbackInfo& info, Work work) {
    refresh_thread_count();  // it may throw, so it comes before anything has begun
    const Napi::Value promise = open(info);
    try {
      thread_.post([this, work = std::move(work)]() mutable {
        const RunningJob running;
        if (running.may_begin()) run(work);
      });
    } catch (...) {  // there is no memory, or no thread
      finish(info.Env());
      throw;
    }
    return promise;
  }

  // Sets a listener of the job under way. A value that is no function is ignored.
  void listen(Listener listener, const Napi::Value& function);

  // Called on the worker thread. Calls the listener with make(env), or else dropped() where there
  // is no listener or no memory for the value. Where tell() itself throws, neither is called.
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
  // Calls stop(), and settles the promise of a job under way.
  void abort(Napi::Env env);
  // Called after stop(). Nothing reaches JavaScript any more.
  void close() { mailbox_->close(); }

 private:
  // The data that the JavaScript thread keeps for the job under way.
  struct Pending {
    Napi::Promise::Deferred deferred;
    Napi::ObjectReference self;  // keeps the object while the job runs
    std::array<Napi::FunctionReference, kListeners> listeners;
  };

  Napi::Value open(const Napi::CallbackInfo& info);
  std::unique_ptr<Pending> finish(Napi::Env env);
  // Called on the JavaScript thread, when the job has ended.
  void settle(Napi::Env env);
  [[noreturn]] void rethrow(const std::exception_ptr& failure);

  // Reports the end of the job without memory, because there may be none.
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
  std::optional<ErrorFields> lost_;  // set once the device and the state are lost
  // The job's result, from its end until it is reported.
  MakeValue make_value_;
  std::exception_ptr failure_;
  CancelFlag cancel_;
  JobThread thread_;
};

}  // namespace thalweg::napi
