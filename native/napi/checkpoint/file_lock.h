// Lets JavaScript lock files.
#pragma once

#include <napi.h>

namespace thalweg::napi {

void register_file_lock(Napi::Env env, Napi::Object exports);

}  // namespace thalweg::napi
