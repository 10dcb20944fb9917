// Makes XXH64 checksums of bytes and of data sets.
#pragma once

#include <napi.h>

namespace thalweg::napi {

void register_checksum(Napi::Env env, Napi::Object exports);

}  // namespace thalweg::napi
