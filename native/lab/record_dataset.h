// A data set that shows that trainers need no arrays of rows: a row is one record, its labels
// behind its inputs, and the last row comes first.
#pragma once

#include <napi.h>

namespace thalweg::lab {

void register_record_dataset(Napi::Env env, Napi::Object exports);

}  // namespace thalweg::lab
