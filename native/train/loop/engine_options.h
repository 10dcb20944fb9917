// The options from which an engine is made.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "train/plan/network.h"
#include "train/step/gradient_reducer.h"
#include "train/step/stepper.h"

namespace thalweg {

// A tensor that belongs to the state but is no parameter.
struct StatisticOptions {
  std::string name;
  int64_t length;
  float initial;
};

struct EngineOptions {
  Network network;
  StepperOptions stepper;                    // its tensors are the network's parameters
  std::vector<StatisticOptions> statistics;  // mean and variance of each batch norm
  std::string device;
  uint64_t seed = 0;
  size_t memory_limit = SIZE_MAX;  // bytes
  // The reducer stands between a step's gradients and its update.
  std::shared_ptr<GradientReducer> reducer = std::make_shared<WholeGradients>();
};

}  // namespace thalweg
