// Gives tests the random words of core/random.h.
#pragma once

#include <napi.h>

namespace thalweg::lab {

void register_random(Napi::Env env, Napi::Object exports);

}  // namespace thalweg::lab
