#include "napi/queued_step.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

#include "backends/queued_backend.h"
#include "napi/convert.h"
#include "napi/trainer_options.h"
#include "train/settings.h"
#include "train/stepper.h"

namespace thalweg::napi {

namespace {

// The step, or a StepProbe.
enum class What { kStep, kTraffic, kCopy, kNothing };

constexpr int64_t kChunk = int64_t{1} << 20;  // numbers written at once

// Fills a tensor in `memory` with numbers around zero.
void fill(Memory& memory, float* to, int64_t length) {
  std::vector<float> values(std::min(length, kChunk));
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = 1e-3f * (static_cast<float>((i * 2654435761u >> 8) % 2001) - 1000.0f);
  for (int64_t done = 0; done < length; done += kChunk)
    memory.write(to + done, values.data(), std::min(kChunk, length - done) * sizeof(float));
}

class QueuedStepBench : public Napi::ObjectWrap<QueuedStepBench> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "QueuedStep",
                       {InstanceMethod<&QueuedStepBench::replay>("replay"),
                        InstanceMethod<&QueuedStepBench::dispose>("dispose")});
  }

  // { device, what: 0 step, 1 traffic, 2 copy, 3 nothing; settings: Float64Array; and as
  // ArenaStep's }
  explicit QueuedStepBench(const Napi::CallbackInfo& info) : ObjectWrap(info) {
    guarded(info.Env(), [&] {
      const auto object = info[0].As<Napi::Object>();
      Backend& backend = open_backend(object.Get("device").As<Napi::String>().Utf8Value());
      backend_ = backend.queued();
      if (backend_ == nullptr)
        throw Error({"UNSUPPORTED", "device", "a device that does not queue", "a GPU", ""});
      stepper_ = std::make_unique<Stepper>(read_stepper_options(object), *backend_);
      bind();
      const Span settings = typed_span(object.Get("settings"), napi_float64_array, "settings");
      record(static_cast<What>(object.Get("what").As<Napi::Number>().Int32Value()),
             read_settings(static_cast<const double*>(settings.data), settings.length, *stepper_));
    });
  }

 private:
  void bind() {
    std::vector<int64_t> lengths;
    for (const StepperTensor& tensor : stepper_->options().tensors)
      lengths.push_back(tensor.length);
    arena_ = std::make_unique<Arena>(lengths, 2, backend_->memory());
    std::vector<float*> parameters, gradients;
    for (size_t i = 0; i < lengths.size(); ++i) {
      parameters.push_back(arena_->tensor(0, i));
      gradients.push_back(arena_->tensor(1, i));
      fill(backend_->memory(), gradients[i], lengths[i]);
    }
    stepper_->bind(parameters.data(), gradients.data());
  }

  void record(What what, const StepSettings& settings) {
    std::vector<std::max_align_t> host(stepper_->argument_bytes() / sizeof(std::max_align_t) + 1);
    stepper_->write_arguments(settings, host.data());
    place_ = backend_->memory().allocate(stepper_->argument_bytes() + 64);
    backend_->memory().write(place_.get(), host.data(), stepper_->argument_bytes());
    char* behind = static_cast<char*>(place_.get()) + stepper_->argument_bytes();
    const StepPlace place = {static_cast<const StepArguments*>(place_.get()),
                             reinterpret_cast<int32_t*>(behind),
                             reinterpret_cast<StepOutcome*>(behind + 16), nullptr};
    const auto queue = [&] {
      if (what == What::kStep) return stepper_->queue(place, settings);
      stepper_->queue_probe(static_cast<StepProbe>(static_cast<int>(what) - 1), place);
    };
    queue();  // loads the kernels, which no recording may do
    recording_ = backend_->record(queue);
    run(2);
  }

  void run(int count) {
    for (int i = 0; i < count; ++i) recording_->replay();
    char last = 0;
    backend_->memory().read(&last, place_.get(), 1);  // waits
  }

  // replay(count) → seconds of one
  Napi::Value replay(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&]() -> Napi::Value {
      if (!recording_) throw Error({"DISPOSED", "step", "a disposed step", "a live step", ""});
      const int count = info[0].As<Napi::Number>().Int32Value();
      const auto start = std::chrono::steady_clock::now();
      run(count);
      const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
      return Napi::Number::New(info.Env(), seconds.count() / count);
    });
  }

  Napi::Value dispose(const Napi::CallbackInfo& info) {
    recording_.reset();
    stepper_.reset();
    arena_.reset();
    place_.reset();
    return info.Env().Undefined();
  }

  QueuedBackend* backend_ = nullptr;
  std::unique_ptr<Arena> arena_;
  std::unique_ptr<Stepper> stepper_;
  std::shared_ptr<void> place_;  // arguments, halt, outcome
  std::unique_ptr<Recording> recording_;
};

}  // namespace

void register_queued_step(Napi::Env env, Napi::Object exports) {
  exports.Set("QueuedStep", QueuedStepBench::define(env));
}

}  // namespace thalweg::napi
