// What the functions of a JavaScript trainer work with: an engine, and the thread of its runs.
#pragma once

#include <chrono>
#include <memory>

#include "napi/promised_job.h"
#include "train/engine.h"

namespace thalweg::napi {

struct TrainerParts {
  std::unique_ptr<Engine> engine;                       // null: disposed
  std::unique_ptr<PromisedJob> job;                     // its thread ends before the engine does
  std::chrono::steady_clock::time_point last_progress;  // the worker thread's
};

// Whether a pass takes the averaged weights, or MISSING where there are none yet.
Weights to_weights(TrainerParts& trainer, const Napi::Value& averaged);

}  // namespace thalweg::napi
