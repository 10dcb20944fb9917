#include "napi/promised_job.h"

#include <new>

#include "napi/convert.h"

namespace thalweg::napi {

namespace {

// The ErrorFields of whatever is being handled.
ErrorFields current_error() {
  try {
    throw;
  } catch (const Error& error) {
    return error.fields();
  } catch (const std::bad_alloc&) {
    return {"MEMORY", "training", "out of memory", "enough free memory", "use a smaller batch"};
  } catch (const std::exception& error) {
    return {"UNSUPPORTED", "training", error.what(), "an operation that succeeds", ""};
  }
}

}  // namespace

void PromisedJob::refuse_busy() const {
  if (lost_) throw Error(*lost_);
  if (pending_)
    throw Error({"BUSY", "trainer", "a second job", "one job at a time",
                 "await the first, or make another trainer"});
}

void PromisedJob::note(const Error& error) {
  if (error.fields().code == "DEVICE") lost_ = error.fields();
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

void PromisedJob::fail() {
  mailbox_->post([this, error = Error(current_error())](Napi::Env env) {
    note(error);
    const auto done = finish(env);
    done->deferred.Reject(to_error_value(env, error.fields()));
  });
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
        to_error_value(env, {"ABORTED", "trainer", "a disposal", "an undisturbed run", ""}));
}

}  // namespace thalweg::napi
