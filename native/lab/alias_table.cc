#include "lab/alias_table.h"

#include <cmath>

#include "napi/border/convert.h"
#include "orders/sampling.h"

namespace thalweg::lab {

using namespace napi;

// aliasTable(weights: Float64Array) → { chances: Float64Array, aliases: Uint32Array }. Column i
// gives row i with the chance chances[i], and otherwise the row aliases[i].
static Napi::Value alias_table(const Napi::CallbackInfo& info) {
  const Span weights = typed_span(info[0], napi_float64_array, "weights");
  const Sampling sampling =
      make_weighted(static_cast<const double*>(weights.data), weights.length, 0, true);
  auto chances = new_array<double>(info.Env(), sampling.length);
  auto aliases = new_array<uint32_t>(info.Env(), sampling.length);
  for (uint64_t i = 0; i < sampling.length; ++i) {
    chances[i] = std::ldexp(static_cast<double>(sampling.columns()[i].threshold), -64);
    aliases[i] = sampling.columns()[i].alias;
  }
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("chances", chances);
  result.Set("aliases", aliases);
  return result;
}

void register_alias_table(Napi::Env env, Napi::Object exports) {
  export_function<alias_table>(env, exports, "aliasTable");
}

}  // namespace thalweg::lab
