// For benchmarks: a step over the engine's own arena, or its memory traffic alone.
#pragma once

#include <napi.h>

namespace thalweg::lab {

void register_arena_step(Napi::Env env, Napi::Object exports);

}  // namespace thalweg::lab
