// Gives tests the alias table of draws with replacement.
#pragma once

#include <napi.h>

namespace thalweg::lab {

void register_alias_table(Napi::Env env, Napi::Object exports);

}  // namespace thalweg::lab
