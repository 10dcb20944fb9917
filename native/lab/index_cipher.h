// Gives tests the index cipher by itself.
#pragma once

#include <napi.h>

namespace thalweg::lab {

void register_index_cipher(Napi::Env env, Napi::Object exports);

}  // namespace thalweg::lab
