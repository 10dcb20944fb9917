#include "napi/border/promised_job.h"

#include <new>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "napi/border/convert.h"

namespace thalweg::napi {

PromisedJob::PromisedJob(Napi::Env env, std::function<void(Napi::Env)> ended)
    : mailbox_(Mailbox::open(env)), ended_(std::move(ended)) {
  mailbox_->on_end([this](Napi::Env of_end) { settle(of_end); });
}

void PromisedJob::refuse_busy() const {
  if (lost_) throw Error(*lost_);
  if (pending_)
    throw Error({ErrorCode::kBusy, "trainer", "a second job", "one job at a time",
                 "await the first, or make another trainer"});
}

void PromisedJob::note(const Error& error) {
  if (error.fields().code == ErrorCode::kDevice) lost_ = error.fields();
}

Napi::Value PromisedJob::open(const Napi::CallbackInfo& info) {
  refuse_busy();
  const Napi::Env env = info.Env();
  pending_ = std::make_unique<Pending>(Pending{Napi::Promise::Deferred::New(env), {}, {}});
  pending_->self = Napi::Persistent(info.This().As<Napi::Object>());
  mailbox_->keep_alive(env, true);
  cancel_.clear();
  return pending_->deferred.Promise();
}

std::unique_ptr<PromisedJob::Pending> PromisedJob::finish(Napi::Env env) {
  mailbox_->keep_alive(env, false);
  return std::move(pending_);
}

void PromisedJob::settle(Napi::Env env) {
  const auto done = finish(env);
  const MakeValue make = std::exchange(make_value_, nullptr);
  const std::exception_ptr failure = std::exchange(failure_, nullptr);
  try {
    guarded(env, [&] {
      ended_(env);
      if (failure) rethrow(failure);
      done->deferred.Resolve(make(env));
    });
  } catch (const Napi::Error& error) {
    done->deferred.Reject(error.Value());
  }
}

void PromisedJob::rethrow(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    note(error);
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::length_error&) {
    throw;
  } catch (const std::system_error&) {
    throw;
  } catch (const std::exception& error) {
    throw Error({ErrorCode::kUnsupported, "training", error.what(), "an operation that succeeds"});
  }
}

void PromisedJob::listen(Listener listener, const Napi::Value& function) {
  if (function.IsFunction())
    pending_->listeners[listener] = Napi::Persistent(function.As<Napi::Function>());
}

void PromisedJob::stop() {
  cancel_.set();
  thread_.stop();
}

void PromisedJob::abort(Napi::Env env) {
  stop();
  mailbox_->drain(env);
  if (pending_)  // its job was still queued
    finish(env)->deferred.Reject(
        to_error_value(env, {ErrorCode::kAborted, "trainer", "a disposal", "an undisturbed run"}));
}

}  // namespace thalweg::napi
