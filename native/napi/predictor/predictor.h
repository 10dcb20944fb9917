// The predictor as JavaScript sees it (src/native/predictor.ts).
#pragma once

#include <napi.h>

namespace thalweg::napi {

void register_predictor(Napi::Env env, Napi::Object exports);

}  // namespace thalweg::napi
