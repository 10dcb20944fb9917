// The native half of optim.bind: a Stepper over arrays that JavaScript owns.
#pragma once

#include <napi.h>

namespace thalweg::napi {

void register_stepper(Napi::Env env, Napi::Object exports);

}  // namespace thalweg::napi
