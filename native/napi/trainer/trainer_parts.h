// The parts that a JavaScript trainer's functions use: an engine, and the thread of its runs.
#pragma once

#include <chrono>
#include <memory>

#include "napi/border/promised_job.h"
#include "train/loop/engine.h"

namespace thalweg::napi {

struct TrainerParts {
  std::unique_ptr<Engine> engine;                       // null: disposed
  std::unique_ptr<PromisedJob> job;                     // its thread ends before the engine does
  std::chrono::steady_clock::time_point last_progress;  // the worker thread's alone
};

// Returns the weights that a pass takes. Throws MISSING where these are averages and there are none
// yet.
Weights to_weights(TrainerParts& trainer, const Napi::Value& averaged);

}  // namespace thalweg::napi
