// For benchmarks: records a step over an arena on a GPU, and replays it.
#pragma once

#include <napi.h>

namespace thalweg::lab {

void register_queued_step(Napi::Env env, Napi::Object exports);

}  // namespace thalweg::lab
