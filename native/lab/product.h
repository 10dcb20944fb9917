// Runs one matrix product, for tests and benchmarks.
#pragma once

#include <napi.h>

namespace thalweg::lab {

void register_product(Napi::Env env, Napi::Object exports);

}  // namespace thalweg::lab
