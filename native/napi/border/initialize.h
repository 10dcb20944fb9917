// Prepares each environment that loads an addon, before anything else.
#pragma once

#include <napi.h>

namespace thalweg::napi {

// Makes the environment's state, reads THALWEG_THREADS, and exports `initialize` and
// `setThreadCount`.
void register_initialize(Napi::Env env, Napi::Object exports);

}  // namespace thalweg::napi
