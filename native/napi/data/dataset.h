// Shows data sets to JavaScript as opaque native handles.
#pragma once

#include <napi.h>

#include <memory>
#include <string>

#include "data/dataset.h"

namespace thalweg::napi {

void register_dataset(Napi::Env env, Napi::Object exports);

// Makes a data set of the options that a constructor was given.
using MakeDataset = std::shared_ptr<const data::Dataset> (*)(const Napi::Object& options);
// A JavaScript class of handles; `make` has static lifetime.
Napi::Function define_dataset(Napi::Env env, MakeDataset make);
// A data set in memory, of { inputs, rows, features, scale, offset, labels?, labelWidth }, whose
// sizes TypeScript checks. Copies the arrays.
std::shared_ptr<const data::Dataset> make_memory_dataset(const Napi::Object& options);

// Returns the data set behind a handle. Throws TYPE or DISPOSED.
std::shared_ptr<const data::Dataset> to_dataset(const Napi::Value& value, const std::string& path);

}  // namespace thalweg::napi
