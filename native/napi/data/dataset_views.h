// Makes data sets of others: views, data sets one after another, and windows.
#pragma once

#include <napi.h>

namespace thalweg::napi {

void register_dataset_views(Napi::Env env, Napi::Object exports);

}  // namespace thalweg::napi
