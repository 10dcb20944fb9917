// For benchmarks: a step over the engine's own arena, and its probe.
#pragma once

#include <napi.h>

namespace thalweg::lab {

void register_arena_step(Napi::Env env, Napi::Object exports);

}  // namespace thalweg::lab
