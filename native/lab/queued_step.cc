#include "lab/queued_step.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

#include "lab/replay.h"
#include "napi/border/convert.h"
#include "napi/trainer/trainer_options.h"
#include "train/step/settings.h"
#include "train/step/stepper.h"

namespace thalweg::lab {

using namespace napi;

namespace {

// The work that is recorded: the step, or a StepProbe.
enum class What { kStep, kTraffic, kCopy, kNothing };

constexpr int64_t kChunk = int64_t{1} << 20;  // numbers written at once
constexpr double kDecay = 0.999;              // the decay of the average, if there is one
constexpr size_t kSparse = 100;

// Fills a tensor in `memory`: each `every`-th number is near 0, and the numbers between are 0.
void fill(Memory& memory, float* to, int64_t length, size_t every) {
  std::vector<float> values(std::min(length, kChunk));
  for (size_t i = 0; i < values.size(); i += every)
    values[i] = 1e-3f * (static_cast<float>((i * 2654435761u >> 8) % 2001) - 1000.0f);
  for (int64_t done = 0; done < length; done += kChunk)
    memory.write(to + done, values.data(), std::min(kChunk, length - done) * sizeof(float));
}

class QueuedStepBench : public Wrapped<QueuedStepBench> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "QueuedStep",
                       {InstanceMethod<&QueuedStepBench::replay>("replay"),
                        InstanceMethod<&QueuedStepBench::dispose>("dispose")});
  }

  // The options are those of ArenaStep except `probe`, and { device, what, settings: Float64Array,
  // sparse: boolean }. `what` is 0 for a step, 1 for its traffic, 2 for a copy and 3 for nothing.
  // If `sparse` is true, only one number in a hundred of the gradient is not 0.
  explicit QueuedStepBench(const Napi::CallbackInfo& info) : Wrapped(info) {
    guarded(info.Env(), [&] {
      const auto object = info[0].As<Napi::Object>();
      replay_ = std::make_unique<Replay>(object.Get("device").As<Napi::String>().Utf8Value());
      StepperOptions options = read_stepper_options(object);
      if (object.Get("averages").As<Napi::Boolean>().Value())
        options.average.kind = AverageKind::kEma;
      stepper_ = std::make_unique<Stepper>(options, replay_->backend());
      bind(object.Get("sparse").As<Napi::Boolean>().Value() ? kSparse : 1);
      const Span span = typed_span(object.Get("settings"), napi_float64_array, "settings");
      StepSettings settings =
          read_settings(static_cast<const double*>(span.data), span.length, *stepper_);
      settings.average_decay = kDecay;
      record(static_cast<What>(object.Get("what").As<Napi::Number>().Int32Value()), settings);
    });
  }

 private:
  void bind(size_t every) {
    std::vector<int64_t> lengths;
    for (const StepperTensor& tensor : stepper_->options().tensors)
      lengths.push_back(tensor.length);
    arena_ = std::make_unique<Arena>(lengths, 2, replay_->backend().memory());
    std::vector<float*> parameters, gradients;
    for (size_t i = 0; i < lengths.size(); ++i) {
      parameters.push_back(arena_->tensor(0, i));
      gradients.push_back(arena_->tensor(1, i));
      fill(replay_->backend().memory(), gradients[i], lengths[i], every);
    }
    stepper_->bind(parameters.data(), gradients.data());
  }

  void record(What what, const StepSettings& settings) {
    std::vector<std::max_align_t> host(stepper_->argument_bytes() / sizeof(std::max_align_t) + 1);
    // These are the arguments of a second step, because an average copies the weights at the first
    // step.
    for (int step = 0; step < 2; ++step) stepper_->write_arguments(settings, host.data());
    place_ = replay_->backend().memory().allocate(stepper_->argument_bytes() + 64);
    replay_->backend().memory().write(place_.get(), host.data(), stepper_->argument_bytes());
    char* behind = static_cast<char*>(place_.get()) + stepper_->argument_bytes();
    const StepPlace place = {static_cast<const StepArguments*>(place_.get()),
                             reinterpret_cast<int32_t*>(behind),
                             reinterpret_cast<StepOutcome*>(behind + 16), nullptr};
    const auto queue = [&] {
      if (what == What::kStep) return stepper_->queue(place, settings);
      stepper_->queue_probe(static_cast<StepProbe>(static_cast<int>(what) - 1), place);
    };
    replay_->record(queue, place_.get());
  }

  Napi::Value replay(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&] { return replay_->time(info); });
  }

  Napi::Value dispose(const Napi::CallbackInfo& info) {
    replay_->dispose();
    stepper_.reset();
    arena_.reset();
    place_.reset();
    return info.Env().Undefined();
  }

  std::unique_ptr<Arena> arena_;
  std::unique_ptr<Stepper> stepper_;
  std::shared_ptr<void> place_;     // arguments, halt, outcome
  std::unique_ptr<Replay> replay_;  // destroyed first
};

}  // namespace

void register_queued_step(Napi::Env env, Napi::Object exports) {
  exports.Set("QueuedStep", QueuedStepBench::define(env));
}

}  // namespace thalweg::lab
