// Shows samplings to JavaScript as opaque native handles.
#pragma once

#include <napi.h>

#include <memory>
#include <string>

#include "orders/sampling.h"

namespace thalweg::napi {

void register_sampling(Napi::Env env, Napi::Object exports);

// Returns the sampling behind a handle, or null for undefined. Throws TYPE or DISPOSED.
std::shared_ptr<const Sampling> to_sampling(const Napi::Value& value, const std::string& path);

}  // namespace thalweg::napi
