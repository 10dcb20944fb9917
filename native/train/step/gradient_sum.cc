#include "train/step/gradient_sum.h"

namespace thalweg {

namespace {

StepperOptions descent(std::vector<StepperTensor> tensors) {
  for (StepperTensor& tensor : tensors) tensor.group = 0;
  StepperOptions options;
  options.rule = find_rule("sgd");
  options.tensors = std::move(tensors);
  return options;
}

}  // namespace

GradientSum::GradientSum(const std::vector<StepperTensor>& tensors, StepExecutor& executor)
    : memory_(executor.memory()),
      lengths_(lengths_of(tensors)),
      arena_(lengths_, 1, memory_),
      descent_(descent(tensors), executor) {
  places_.reserve(lengths_.size());
  for (size_t i = 0; i < lengths_.size(); ++i) places_.push_back(arena_.tensor(0, i));
  sums_.assign(places_.begin(), places_.end());
}

size_t GradientSum::bytes_for(const std::vector<StepperTensor>& tensors) {
  return Arena::bytes_for(lengths_of(tensors), 1);
}

void GradientSum::clear() {
  for (size_t i = 0; i < lengths_.size(); ++i)
    memory_.zero(places_[i], lengths_[i] * sizeof(float));
}

void GradientSum::add(const float* const* gradients, double share) {
  const double group[] = {-share, 0, 0};  // learningRate, l2, weightDecay
  StepSettings settings;
  settings.groups = group;
  settings.non_finite = NonFinite::kAllow;  // the optimizer's step checks the sum
  descent_.step(places_.data(), gradients, settings);
}

}  // namespace thalweg
