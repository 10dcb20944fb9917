#include "lab/arena_step.h"

#include <memory>
#include <vector>

#include "backends/backend.h"
#include "lab/traffic.h"
#include "napi/border/convert.h"
#include "napi/trainer/trainer_options.h"
#include "train/step/settings.h"
#include "train/step/stepper.h"

namespace thalweg::lab {

using namespace napi;

namespace {

constexpr double kDecay = 0.999;  // the decay of the average, if there is one

// Moves the memory of a step, without its arithmetic.
class TrafficExecutor final : public StepExecutor {
 public:
  void square_sums(const StepWork&, double*) override {}
  bool all_within(const StepWork&, MagnitudeCheck) override { return true; }
  void tensor_sums(const StepWork&, TensorSums*) override {}
  void step(const StepWork& work) override { move_as_step(work); }
};

class ArenaStep : public Wrapped<ArenaStep> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(
        env, "ArenaStep",
        {InstanceMethod<&ArenaStep::step>("step"), InstanceMethod<&ArenaStep::dispose>("dispose")});
  }

  // The options are { rule, groupCount, names, lengths, groups, probe: boolean, averages: boolean
  // }. If `probe` is true, steps only move memory.
  explicit ArenaStep(const Napi::CallbackInfo& info) : Wrapped(info) {
    guarded(info.Env(), [&] {
      const auto object = info[0].As<Napi::Object>();
      StepperOptions options = read_stepper_options(object);
      if (object.Get("averages").As<Napi::Boolean>().Value())
        options.average.kind = AverageKind::kEma;
      const bool probe = object.Get("probe").As<Napi::Boolean>().Value();
      StepExecutor& executor = probe ? static_cast<StepExecutor&>(traffic_) : open_backend("cpu");
      std::vector<int64_t> lengths;
      for (const StepperTensor& tensor : options.tensors) lengths.push_back(tensor.length);
      arena_ = std::make_unique<Arena>(lengths, 2);
      stepper_ = std::make_unique<Stepper>(options, executor);
      for (size_t i = 0; i < lengths.size(); ++i) {
        parameters_.push_back(arena_->tensor(0, i));
        gradients_.push_back(arena_->tensor(1, i));
        float* gradient = arena_->tensor(1, i);
        for (int64_t j = 0; j < lengths[i]; ++j)
          gradient[j] = 1e-3f * static_cast<float>((j * 2654435761u >> 8) % 2001 - 1000.0f);
      }
    });
  }

 private:
  // step(settings) takes the settings of native.Stepper.
  Napi::Value step(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&]() -> Napi::Value {
      const Span span = typed_span(info[0], napi_float64_array, "settings");
      StepSettings settings =
          read_settings(static_cast<const double*>(span.data), span.length, *stepper_);
      settings.average_decay = kDecay;
      stepper_->step(parameters_.data(), gradients_.data(), settings);
      return info.Env().Undefined();
    });
  }

  Napi::Value dispose(const Napi::CallbackInfo& info) {
    stepper_.reset();
    arena_.reset();
    return info.Env().Undefined();
  }

  TrafficExecutor traffic_;
  std::unique_ptr<Arena> arena_;
  std::unique_ptr<Stepper> stepper_;
  std::vector<float*> parameters_;
  std::vector<const float*> gradients_;
};

}  // namespace

void register_arena_step(Napi::Env env, Napi::Object exports) {
  exports.Set("ArenaStep", ArenaStep::define(env));
}

}  // namespace thalweg::lab
