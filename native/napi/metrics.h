// An evaluation's metrics as they cross the border.
#pragma once

#include <napi.h>

#include "train/metric_sums.h"

namespace thalweg::napi {

// { confusion, top, auc, errors }; nothing asks for nothing.
MetricRequest read_metric_request(const Napi::Value& value);
// The same names as Float64Arrays, with rows and unordered.
Napi::Object totals_object(Napi::Env env, const MetricTotals& totals);

}  // namespace thalweg::napi
