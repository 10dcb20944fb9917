// The native half of a trainer: an Engine and the thread that it runs on.
#pragma once

#include <napi.h>

namespace thalweg::napi {

void register_trainer(Napi::Env env, Napi::Object exports);

}  // namespace thalweg::napi
