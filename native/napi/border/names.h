// The names that both sides of the border know, as the .def files list them.
#pragma once

#include <napi.h>

namespace thalweg::napi {

// Exports `names`: lists of names by what they name.
void register_names(Napi::Env env, Napi::Object exports);

}  // namespace thalweg::napi
