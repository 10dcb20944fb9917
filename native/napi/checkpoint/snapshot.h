// Lets JavaScript make, read and write snapshots (native/train/watch/snapshot.h) of a trainer's
// state.
#pragma once

#include <napi.h>

#include <memory>

#include "train/watch/snapshot.h"

namespace thalweg::napi {

void register_snapshot(Napi::Env env, Napi::Object exports);

// Makes { step, skipped, scalars: Float64Array, hasAveragedStatistics }.
Napi::Object counters_object(Napi::Env env, const StepCounters& counters,
                             bool has_averaged_statistics);

// Returns the snapshot of a JavaScript handle. Throws TYPE or DISPOSED.
std::shared_ptr<Snapshot> to_snapshot(const Napi::Value& value);

}  // namespace thalweg::napi
