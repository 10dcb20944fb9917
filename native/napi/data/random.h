// Counted random words for samplers of hyper-parameters.
#pragma once

#include <napi.h>

namespace thalweg::napi {

// Exports `trialWords`.
void register_random(Napi::Env env, Napi::Object exports);

}  // namespace thalweg::napi
