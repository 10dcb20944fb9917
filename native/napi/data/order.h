// Computes orders, permutations and gathers, synchronously, into the caller's arrays.
#pragma once

#include <napi.h>

namespace thalweg::napi {

void register_order(Napi::Env env, Napi::Object exports);

}  // namespace thalweg::napi
