// For tests: runs one op of a backend on JavaScript's arrays.
#pragma once

#include <napi.h>

namespace thalweg::lab {

void register_operation(Napi::Env env, Napi::Object exports);

}  // namespace thalweg::lab
