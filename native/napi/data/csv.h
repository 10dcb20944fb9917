// The scanner of separated values, for JavaScript.
#pragma once

#include <napi.h>

namespace thalweg::napi {

void register_csv(Napi::Env env, Napi::Object exports);

}  // namespace thalweg::napi
