// A Stepper over the caller's own Float32Arrays. Pointers are cached between calls: JavaScript
// holds the arrays, refuses resizable buffers, and proves by their length that none was detached.
#include "napi/trainer/stepper.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "backends/backend.h"
#include "napi/border/convert.h"
#include "napi/trainer/trainer_options.h"
#include "train/data/staging.h"
#include "train/step/settings.h"
#include "train/step/stepper.h"

namespace thalweg::napi {

namespace {

struct Interval {
  const float* begin;
  const float* end;
  std::string path;
};

void refuse_overlap(std::vector<Interval> intervals) {
  std::sort(intervals.begin(), intervals.end(),
            [](const Interval& a, const Interval& b) { return a.begin < b.begin; });
  for (size_t i = 1; i < intervals.size(); ++i) {
    const Interval& before = intervals[i - 1];
    if (intervals[i].begin >= before.end) continue;
    const auto bytes = (std::min(before.end, intervals[i].end) - intervals[i].begin) * 4;
    throw Error({ErrorCode::kAlias, intervals[i].path,
                 std::to_string(bytes) + " bytes shared with " + before.path,
                 "arrays that do not overlap", "copy one of them"});
  }
}

class NativeStepper : public Wrapped<NativeStepper> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "NativeStepper",
                       {
                           InstanceMethod<&NativeStepper::call<&NativeStepper::step>>("step"),
                           InstanceMethod<&NativeStepper::call<&NativeStepper::point>>("point"),
                           InstanceMethod<&NativeStepper::call<&NativeStepper::save>>("save"),
                           InstanceMethod<&NativeStepper::call<&NativeStepper::load>>("load"),
                           InstanceMethod<&NativeStepper::call<&NativeStepper::dispose>>("dispose"),
                       });
  }

  explicit NativeStepper(const Napi::CallbackInfo& info) : Wrapped(info) {
    guarded(info.Env(), [&] {
      const auto object = info[0].As<Napi::Object>();
      const std::string device = object.Get("device").As<Napi::String>().Utf8Value();
      stepper_ = std::make_unique<Stepper>(read_stepper_options(object), open_backend(device));
      const size_t count = stepper_->options().tensors.size();
      parameters_.resize(count);
      gradients_.resize(count);
      const auto parameters = object.Get("parameters").As<Napi::Array>();
      for (size_t i = 0; i < count; ++i)
        parameters_[i] = pointer(parameters.Get(i), "parameters", i);
      check_overlap();
      if (&stepper_->memory() != &host_memory()) stage();
      report_bytes(info.Env(),
                   static_cast<int64_t>(stepper_->bytes() + (staging_ ? staging_->bytes() : 0)));
    });
  }
  ~NativeStepper() override = default;
  void Finalize(Napi::BasicEnv env) override {
    int64_t ignored;
    if (stepper_ && bytes_ > 0) napi_adjust_external_memory(env, -bytes_, &ignored);
  }

 private:
  template <Napi::Value (NativeStepper::*kMethod)(const Napi::CallbackInfo&)>
  Napi::Value call(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&]() -> Napi::Value {
      if (!stepper_) throw disposed("stepper");
      try {
        return (this->*kMethod)(info);
      } catch (const Error& error) {
        if (error.fields().code == ErrorCode::kDevice)
          lost_ = std::make_unique<ErrorFields>(error.fields());
        throw;
      }
    });
  }

  void refuse_lost() const {
    if (lost_) throw Error(*lost_);
  }

  void stage() {
    std::vector<int64_t> lengths;
    for (const StepperTensor& tensor : stepper_->options().tensors)
      lengths.push_back(tensor.length);
    staging_ = std::make_unique<Staging>(std::move(lengths), stepper_->memory());
  }

  StepReport run(const StepSettings& settings) {
    stepper_->forget_parameters();  // the caller may have written to them
    if (!staging_) return stepper_->step(parameters_.data(), gradients_.data(), settings);
    staging_->upload(parameters_, gradients_);
    const StepReport report =
        stepper_->step(staging_->parameters(), staging_->gradients(), settings);
    if (!report.skipped) staging_->download(parameters_);
    return report;
  }

  void report_bytes(Napi::Env env, int64_t bytes) {
    Napi::MemoryManagement::AdjustExternalMemory(env, bytes - bytes_);
    bytes_ = bytes;
  }

  float* pointer(const Napi::Value& value, const char* what, size_t i) {
    const StepperTensor& tensor = stepper_->options().tensors[i];
    const std::string path = std::string(what) + "." + tensor.name;
    size_t length = 0;
    float* data = float32_span(value, path, &length);
    check_length(path, length, tensor.length, ", as its parameter has");
    return data;
  }

  void check_overlap() {
    if (checked_) return;
    std::vector<Interval> intervals;
    const auto& tensors = stepper_->options().tensors;
    for (size_t i = 0; i < tensors.size(); ++i) {
      if (tensors[i].length == 0) continue;
      for (const auto& [data, what] :
           {std::pair{parameters_[i], "parameters."}, std::pair{gradients_[i], "gradients."}})
        if (data != nullptr)
          intervals.push_back({data, data + tensors[i].length, what + tensors[i].name});
    }
    refuse_overlap(std::move(intervals));
    checked_ = true;
  }

  // point(index, gradient) lets tensor `index` take its gradient there from now on.
  Napi::Value point(const Napi::CallbackInfo& info) {
    const size_t i = info[0].As<Napi::Number>().Uint32Value();
    float* data = pointer(info[1], "gradients", i);
    checked_ = checked_ && data == gradients_[i];
    gradients_[i] = data;
    return info.Env().Undefined();
  }

  // step(settings) → 'skipped', or the gradient's norm, which is undefined where it was not
  // measured. The settings are a Float64Array that train/step/settings.h reads.
  Napi::Value step(const Napi::CallbackInfo& info) {
    refuse_lost();
    const Span span = typed_span(info[0], napi_float64_array, "settings");
    check_overlap();
    const StepSettings settings =
        read_settings(static_cast<const double*>(span.data), span.length, *stepper_);
    const StepReport report = run(settings);
    if (report.skipped) return Napi::String::New(info.Env(), "skipped");
    if (std::isnan(report.gradient_norm)) return info.Env().Undefined();
    return Napi::Number::New(info.Env(), report.gradient_norm);
  }

  // save() → { step, skipped, scalars: Float64Array, slots: Float32Array[tensor][slot] }
  Napi::Value save(const Napi::CallbackInfo& info) {
    refuse_lost();
    const Napi::Env env = info.Env();
    Napi::Object state = Napi::Object::New(env);
    state.Set("step", static_cast<double>(stepper_->step_count()));
    state.Set("skipped", static_cast<double>(stepper_->skipped_count()));
    state.Set("scalars", to_array(env, stepper_->scalars()));
    const auto& tensors = stepper_->options().tensors;
    Napi::Array all = Napi::Array::New(env, tensors.size());
    for (size_t i = 0; i < tensors.size(); ++i) {
      Napi::Array of_tensor = Napi::Array::New(env);
      for (size_t slot = 0; slot < stepper_->rule().slots.size(); ++slot) {
        auto array = new_array<float>(env, tensors[i].length);
        stepper_->memory().read(array.Data(), stepper_->slot(static_cast<int>(slot), i),
                                tensors[i].length * sizeof(float));
        of_tensor.Set(static_cast<uint32_t>(slot), array);
      }
      all.Set(static_cast<uint32_t>(i), of_tensor);
    }
    state.Set("slots", all);
    return state;
  }

  // load(state) takes what save() gives. Everything is checked before anything changes.
  Napi::Value load(const Napi::CallbackInfo& info) {
    refuse_lost();
    const auto state = info[0].As<Napi::Object>();
    const int64_t step = to_count(state, "step");
    const int64_t skipped = to_count(state, "skipped");
    const auto all = state.Get("slots").As<Napi::Array>();
    const auto& tensors = stepper_->options().tensors;
    const size_t slots = stepper_->rule().slots.size();
    std::vector<const float*> sources;
    for (size_t i = 0; i < tensors.size(); ++i) {
      const auto of_tensor = all.Get(static_cast<uint32_t>(i)).As<Napi::Array>();
      for (size_t slot = 0; slot < slots; ++slot)
        sources.push_back(pointer(of_tensor.Get(static_cast<uint32_t>(slot)), "state", i));
    }
    const Span scalars = typed_span(state.Get("scalars"), napi_float64_array, "state.scalars");
    if (scalars.length != stepper_->scalars().size())
      throw Error({ErrorCode::kMismatch, "state.scalars",
                   std::to_string(scalars.length) + " values",
                   std::to_string(stepper_->scalars().size()) + " values"});
    for (size_t i = 0; i < tensors.size(); ++i)
      for (size_t slot = 0; slot < slots; ++slot)
        stepper_->memory().write(stepper_->slot(static_cast<int>(slot), i),
                                 sources[i * slots + slot], tensors[i].length * sizeof(float));
    stepper_->forget_state();
    std::copy_n(static_cast<const double*>(scalars.data), scalars.length,
                stepper_->scalars().begin());
    stepper_->set_step_count(step);
    stepper_->set_skipped_count(skipped);
    return info.Env().Undefined();
  }

  Napi::Value dispose(const Napi::CallbackInfo& info) {
    report_bytes(info.Env(), 0);
    stepper_.reset();
    staging_.reset();
    return info.Env().Undefined();
  }

  std::unique_ptr<Stepper> stepper_;
  std::unique_ptr<Staging> staging_;   // where the device has a memory of its own
  std::unique_ptr<ErrorFields> lost_;  // set once the device and the state are lost
  std::vector<float*> parameters_;
  std::vector<float*> gradients_;
  bool checked_ = false;  // no two of the current arrays overlap
  int64_t bytes_ = 0;     // reported to V8
};

Napi::Value list_rules(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Napi::Array rules = Napi::Array::New(env);
  const auto strings = [&](const std::vector<const char*>& names) {
    Napi::Array array = Napi::Array::New(env, names.size());
    for (size_t i = 0; i < names.size(); ++i)
      array.Set(static_cast<uint32_t>(i), Napi::String::New(env, names[i]));
    return array;
  };
  for (const RuleInfo& info_ : rule_infos()) {
    Napi::Object rule = Napi::Object::New(env);
    rule.Set("name", info_.name);
    rule.Set("hyper", strings(info_.hyper));
    rule.Set("slots", strings(info_.slots));
    rule.Set("scalars", strings(info_.scalars));
    rules.Set(rules.Length(), rule);
  }
  return rules;
}

}  // namespace

void register_stepper(Napi::Env env, Napi::Object exports) {
  exports.Set("Stepper", NativeStepper::define(env));
  export_function<list_rules>(env, exports, "rules");
}

}  // namespace thalweg::napi
