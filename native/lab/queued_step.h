// A step over an arena on a GPU, recorded and replayed: for benchmarks.
#pragma once

#include <napi.h>

namespace thalweg::lab {

void register_queued_step(Napi::Env env, Napi::Object exports);

}  // namespace thalweg::lab
