// For benchmarks: records a gather of all rows of a data set on a GPU, and replays it.
#pragma once

#include <napi.h>

namespace thalweg::lab {

void register_queued_gather(Napi::Env env, Napi::Object exports);

}  // namespace thalweg::lab
