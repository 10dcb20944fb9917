// For benchmarks: records ops once on a device that queues, and measures the time of replays.
#pragma once

#include <napi.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "backends/queued_backend.h"
#include "core/error.h"
#include "napi/border/convert.h"

namespace thalweg::lab {

class Replay {
 public:
  explicit Replay(const std::string& device) : backend_(open_backend(device).queued()) {
    if (backend_ == nullptr)
      throw Error({ErrorCode::kUnsupported, "device", "a device that does not queue", "a GPU"});
  }

  QueuedBackend& backend() { return *backend_; }

  // Records the work that body() queues. Runs body() once before, because a recording cannot load
  // kernels, and replays the recording twice. Reading a byte of `written`, in the device's memory,
  // waits for the work.
  void record(const std::function<void()>& body, const void* written) {
    body();
    recording_ = backend_->record(body);
    written_ = written;
    run(2);
  }

  // replay(count) → seconds of one replay
  Napi::Value time(const Napi::CallbackInfo& info) {
    if (!recording_) throw napi::disposed("replay");
    const int count = info[0].As<Napi::Number>().Int32Value();
    const auto start = std::chrono::steady_clock::now();
    run(count);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    return Napi::Number::New(info.Env(), seconds.count() / count);
  }

  void dispose() { recording_.reset(); }

 private:
  void run(int count) {
    for (int i = 0; i < count; ++i) recording_->replay();
    char last = 0;
    backend_->memory().read(&last, written_, 1);
  }

  QueuedBackend* backend_;
  std::unique_ptr<Recording> recording_;
  const void* written_ = nullptr;
};

}  // namespace thalweg::lab
