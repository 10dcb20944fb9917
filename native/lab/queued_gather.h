// All rows of a data set gathered on a GPU, recorded and replayed: for benchmarks.
#pragma once

#include <napi.h>

namespace thalweg::lab {

void register_queued_gather(Napi::Env env, Napi::Object exports);

}  // namespace thalweg::lab
