// Data sets as JavaScript holds them: an opaque native handle.
#pragma once

#include <napi.h>

#include <memory>
#include <string>

#include "data/dataset.h"

namespace thalweg::napi {

void register_dataset(Napi::Env env, Napi::Object exports);

// The data set behind a handle; throws TYPE or DISPOSED.
std::shared_ptr<const data::Dataset> to_dataset(const Napi::Value& value, const std::string& path);

}  // namespace thalweg::napi
