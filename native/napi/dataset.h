// Shows data sets to JavaScript as opaque native handles.
#pragma once

#include <napi.h>

#include <memory>
#include <string>

#include "data/dataset.h"

namespace thalweg::napi {

void register_dataset(Napi::Env env, Napi::Object exports);

// Returns the data set behind a handle. Throws TYPE or DISPOSED.
std::shared_ptr<const data::Dataset> to_dataset(const Napi::Value& value, const std::string& path);

}  // namespace thalweg::napi
