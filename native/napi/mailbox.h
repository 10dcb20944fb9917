// From a worker thread to JavaScript: a queue that is drained on the JavaScript
// thread. Messages to an owner that has gone are dropped. The end of a job is told
// without memory, for there may be none.
#pragma once

#include <napi.h>

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace thalweg::napi {

class Mailbox {
 private:
  using Owner = std::shared_ptr<Mailbox>;
  static void on_wake(Napi::Env env, Napi::Function, Owner* mailbox, void*) {
    if (env != nullptr) (*mailbox)->drain(env);
  }
  using Wake = Napi::TypedThreadSafeFunction<Owner, void, &Mailbox::on_wake>;

 public:
  using Message = std::function<void(Napi::Env)>;

  static std::shared_ptr<Mailbox> open(Napi::Env env) {
    auto mailbox = std::make_shared<Mailbox>();
    auto owner = std::make_unique<Owner>(mailbox);
    mailbox->wake_ = Wake::New(
        env, "thalweg", 0, 1, owner.get(), [](Napi::Env, void*, Owner* owned) { delete owned; },
        static_cast<void*>(nullptr));
    static_cast<void>(owner.release());  // freed after the last wake
    mailbox->wake_.Unref(env);
    return mailbox;
  }

  // Any thread. The message runs later, on the JavaScript thread.
  void post(Message message) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (closed_) return;
    messages_.push_back(std::move(message));
    wake_.NonBlockingCall();
  }

  // Any thread, once a job: what on_end() gave runs after all messages before.
  void post_end() noexcept {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (closed_) return;
    ended_ = true;
    wake_.NonBlockingCall();
  }
  // JavaScript thread, before any job.
  void on_end(Message message) { end_ = std::move(message); }

  // JavaScript thread: runs what is queued.
  void drain(Napi::Env env) {
    for (;;) {
      Message message;
      {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (!messages_.empty()) {
          message = std::move(messages_.front());
          messages_.pop_front();
        } else if (!std::exchange(ended_, false)) {
          return;
        }
      }
      const Napi::HandleScope scope(env);
      try {
        (message ? message : end_)(env);
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
    ended_ = false;
    wake_.Release();
  }

 private:
  Wake wake_;
  std::mutex mutex_;
  std::deque<Message> messages_;
  Message end_;
  bool ended_ = false;
  bool closed_ = false;
};

}  // namespace thalweg::napi
