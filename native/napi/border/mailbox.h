// Carries messages from a worker thread to JavaScript, whose thread drains the queue. Messages to
// an owner that has gone are dropped.
#pragma once

#include <napi.h>

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <utility>

namespace thalweg::napi {

class Mailbox {
 private:
  using Owner = std::shared_ptr<Mailbox>;
  static void on_wake(napi_env env, napi_value, void* owner, void*) {
    if (env != nullptr) (*static_cast<Owner*>(owner))->drain(env);
  }
  static void on_release(napi_env, void* owner, void*) { delete static_cast<Owner*>(owner); }

 public:
  using Message = std::function<void(Napi::Env)>;

  static std::shared_ptr<Mailbox> open(Napi::Env env) {
    auto mailbox = std::make_shared<Mailbox>();
    auto owner = std::make_unique<Owner>(mailbox);
    // This is the C interface, because node-addon-api's is no constant expression under GCC's
    // UBSan.
    const napi_status status = napi_create_threadsafe_function(
        env, nullptr, nullptr, Napi::String::New(env, "thalweg"), 0, 1, owner.get(), &on_release,
        owner.get(), &on_wake, &mailbox->wake_);
    NAPI_THROW_IF_FAILED(env, status, mailbox);
    static_cast<void>(owner.release());  // freed after the last wake
    napi_unref_threadsafe_function(env, mailbox->wake_);
    return mailbox;
  }

  // Called on any thread. The message runs later, on the JavaScript thread.
  void post(Message message) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (closed_) return;
    messages_.push_back(std::move(message));
    napi_call_threadsafe_function(wake_, nullptr, napi_tsfn_nonblocking);
  }

  // Called on any thread, once a job. The message given to on_end() runs after all messages before.
  // This allocates nothing, because memory may be short.
  void post_end() noexcept {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (closed_) return;
    ended_ = true;
    napi_call_threadsafe_function(wake_, nullptr, napi_tsfn_nonblocking);
  }
  // Called on the JavaScript thread, before any job.
  void on_end(Message message) { end_ = std::move(message); }

  // Called on the JavaScript thread. Runs what is queued.
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
        // The environment is ending and runs no more JavaScript. Our own callbacks throw nothing.
      } catch (const std::bad_alloc&) {
        // A message that finds no memory is left out. The end of a job needs none.
      }
    }
  }

  // Called on the JavaScript thread. keep_alive(true) keeps the process alive while a job runs.
  void keep_alive(Napi::Env env, bool alive) {
    if (closed_) return;
    if (alive)
      napi_ref_threadsafe_function(env, wake_);
    else
      napi_unref_threadsafe_function(env, wake_);
  }

  // Called on the JavaScript thread. Drops what is queued; a second call does nothing.
  void close() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (closed_) return;
    closed_ = true;
    messages_.clear();
    ended_ = false;
    napi_release_threadsafe_function(wake_, napi_tsfn_release);
  }

 private:
  napi_threadsafe_function wake_ = nullptr;
  std::mutex mutex_;
  std::deque<Message> messages_;
  Message end_;
  bool ended_ = false;
  bool closed_ = false;
};

}  // namespace thalweg::napi
