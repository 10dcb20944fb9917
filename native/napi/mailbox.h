// From a worker thread to JavaScript: a queue that is drained on the JavaScript
// thread. Messages to an owner that has gone are dropped.
#pragma once

#include <napi.h>

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace thalweg::napi {

class Mailbox : public std::enable_shared_from_this<Mailbox> {
 public:
  using Message = std::function<void(Napi::Env)>;

  static std::shared_ptr<Mailbox> open(Napi::Env env) {
    auto mailbox = std::make_shared<Mailbox>();
    mailbox->wake_ = Napi::ThreadSafeFunction::New(
        env, Napi::Function::New(env, [](const Napi::CallbackInfo&) {}), "thalweg", 0, 1);
    mailbox->wake_.Unref(env);
    return mailbox;
  }

  // Any thread. The message runs later, on the JavaScript thread.
  void post(Message message) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (closed_) return;
    messages_.push_back(std::move(message));
    wake_.NonBlockingCall(
        [self = shared_from_this()](Napi::Env env, Napi::Function) { self->drain(env); });
  }

  // JavaScript thread: runs what is queued.
  void drain(Napi::Env env) {
    for (;;) {
      Message message;
      {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (messages_.empty()) return;
        message = std::move(messages_.front());
        messages_.pop_front();
      }
      const Napi::HandleScope scope(env);
      try {
        message(env);
      } catch (const Napi::Error&) {
        // The environment is ending and runs no more JavaScript: our own callbacks
        // throw nothing.
      }
    }
  }

  // JavaScript thread. keep_alive(true) holds the process up while a job runs.
  void keep_alive(Napi::Env env, bool alive) {
    if (closed_) return;
    if (alive)
      wake_.Ref(env);
    else
      wake_.Unref(env);
  }

  // JavaScript thread; drops what is queued. Calling it again does nothing.
  void close() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (closed_) return;
    closed_ = true;
    messages_.clear();
    wake_.Release();
  }

 private:
  Napi::ThreadSafeFunction wake_;
  std::mutex mutex_;
  std::deque<Message> messages_;
  bool closed_ = false;
};

}  // namespace thalweg::napi
