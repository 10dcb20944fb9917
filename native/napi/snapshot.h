// A trainer's state in memory of its own: native/train/snapshot.h for JavaScript.
#pragma once

#include <napi.h>

#include <memory>

#include "train/snapshot.h"

namespace thalweg::napi {

void register_snapshot(Napi::Env env, Napi::Object exports);

// { step, skipped, scalars: Float64Array, hasAveragedStatistics }
Napi::Object counters_object(Napi::Env env, const StepCounters& counters,
                             bool has_averaged_statistics);

// The snapshot of a JavaScript handle, or TYPE / DISPOSED.
std::shared_ptr<Snapshot> to_snapshot(const Napi::Value& value);

}  // namespace thalweg::napi
