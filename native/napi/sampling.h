// Samplings as JavaScript holds them: an opaque native handle.
#pragma once

#include <napi.h>

#include <memory>
#include <string>

#include "orders/sampling.h"

namespace thalweg::napi {

void register_sampling(Napi::Env env, Napi::Object exports);

// The sampling behind a handle, null for undefined; throws TYPE or DISPOSED.
std::shared_ptr<const Sampling> to_sampling(const Napi::Value& value, const std::string& path);

}  // namespace thalweg::napi
