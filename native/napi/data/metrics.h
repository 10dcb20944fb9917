// Converts an evaluation's metrics between JavaScript and C++.
#pragma once

#include <napi.h>

#include "train/watch/metric_sums.h"

namespace thalweg::napi {

// Reads { confusion, top, auc, errors }. A value that is no object asks for nothing.
MetricRequest read_metric_request(const Napi::Value& value);
// Makes an object of Float64Arrays with these names, and the numbers `rows` and `unordered`.
Napi::Object totals_object(Napi::Env env, const MetricTotals& totals);

}  // namespace thalweg::napi
