// For benchmarks: a step over the engine's own arena, and its probe.
#pragma once

#include <napi.h>

namespace thalweg::napi {

void register_arena_step(Napi::Env env, Napi::Object exports);

}  // namespace thalweg::napi
