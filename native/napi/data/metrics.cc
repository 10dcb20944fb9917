#include "napi/data/metrics.h"

#include "napi/border/convert.h"

namespace thalweg::napi {

MetricRequest read_metric_request(const Napi::Value& value) {
  if (!value.IsObject()) return {};
  const auto object = value.As<Napi::Object>();
  return {.confusion = object.Get("confusion").As<Napi::Boolean>().Value(),
          .top = to_count(object, "top"),
          .auc = object.Get("auc").As<Napi::Boolean>().Value(),
          .errors = object.Get("errors").As<Napi::Boolean>().Value()};
}

Napi::Object totals_object(Napi::Env env, const MetricTotals& totals) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("confusion", to_array(env, totals.confusion));
  object.Set("top", to_array(env, totals.top));
  object.Set("auc", to_array(env, totals.auc));
  object.Set("errors", to_array(env, totals.errors));
  object.Set("rows", static_cast<double>(totals.rows));
  object.Set("unordered", static_cast<double>(totals.unordered));
  return object;
}

}  // namespace thalweg::napi
