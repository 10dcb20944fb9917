#include "lab/product.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "backends/cpu/lanes.h"
#include "core/error.h"
#include "core/round.h"
#include "core/thread_buffer.h"
#include "core/threads.h"
#include "lab/fields.h"
#include "napi/border/convert.h"
#include "ops/activation_functions.h"

namespace thalweg::lab {

using namespace napi;

namespace {

// The columns of the widest tile of any instruction set, and the rows of a copied one.
constexpr int64_t kWidestTile = 128, kPackedRows = 16;

Product read_product(const Fields& fields) {
  Product p = {};
  fields.read("a, b, c, m, n, k, transpose_a, transpose_b, bias, activation", p.a, p.b, p.c, p.m,
              p.n, p.k, p.transpose_a, p.transpose_b, p.bias, p.activation);
  return p;
}

// Makes a plan of { rows, columns, depth, logVectors, packsA, packsB }. A product with transposeA
// keeps the depth of its chunks.
ProductPlan read_plan(const Fields& fields, const Product& product) {
  ProductPlan plan;
  fields.read("rows, columns, depth, log_vectors, packs_a, packs_b", plan.rows, plan.columns,
              plan.depth, plan.log_vectors, plan.packs_a, plan.packs_b);
  plan.rows = std::min(plan.rows, product.m);
  plan.columns = std::min(plan.columns, product.n);
  if (product.transpose_a) plan.depth = std::min(product.k, kSummedRows);
  plan.packs_b = plan.packs_b || product.transpose_b;
  plan.packs_a = plan.packs_a && product.transpose_a;
  plan.threads = thread_count();
  plan.row_groups = ceil_div(product.m, plan.rows);
  plan.parts = plan.row_groups * ceil_div(product.n, plan.columns);
  if (plan.packs_b) plan.packed_b = round_up(plan.columns, kWidestTile) * plan.depth;
  if (plan.packs_a) plan.packed_a = kPackedRows * plan.depth;
  return plan;
}

float chain(const Product& p, int64_t row, int64_t column, int64_t first, int64_t last) {
  float sum = 0;
  for (int64_t k = first; k < last; ++k)
    sum = std::fma(p.transpose_a ? p.a[k * p.m + row] : p.a[row * p.k + k],
                   p.transpose_b ? p.b[column * p.k + k] : p.b[k * p.n + column], sum);
  return sum;
}

// Computes an element of c as backends/product.h defines it.
float element(const Product& p, int64_t row, int64_t column) {
  const int64_t chunk = p.transpose_a ? kSummedRows : p.k;
  float sum = chain(p, row, column, 0, std::min(chunk, p.k));
  for (int64_t k = chunk; k < p.k; k += chunk)
    sum += chain(p, row, column, k, std::min(p.k, k + chunk));
  if (p.bias != nullptr) sum += p.bias[column];
  return p.activation == Activation::kRelu ? activate<Activation::kRelu>(sum, 0) : sum;
}

void run_plain(const Product& p) {
  for (int64_t row = 0; row < p.m; ++row)
    for (int64_t column = 0; column < p.n; ++column)
      p.c[row * p.n + column] = element(p, row, column);
}

void run_on_lanes(const Lanes& lanes, const Product& product, std::optional<ProductPlan> given) {
  const ProductPlan plan = given ? *given : lanes.plan_product(product, thread_count());
  parallel_for(plan.parts, plan.threads, Wake::kAtOnce, [&](int64_t part) {
    lanes.product(product, plan, part, thread_buffer(plan.packed_a + plan.packed_b));
  });
}

const Lanes& lanes_named(const std::string& name) {
  for (const Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512})
    if (name == isa_name(isa) && isa <= detect_isa() && lanes_for(isa) != nullptr)
      return *lanes_for(isa);
  throw Error({ErrorCode::kRange, "lanes", name, "an instruction set of this processor"});
}

// product(lanes, fields, plan | undefined, times) computes c so many times. `lanes` is the name of
// an instruction set, or "plain" for loops of std::fma.
Napi::Value product(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const std::string name = info[0].As<Napi::String>();
    const Fields fields(info[1].As<Napi::Object>(), host_memory());
    const Product product = read_product(fields);
    std::optional<ProductPlan> plan;
    if (info[2].IsObject() && product.m > 0 && product.n > 0)
      plan = read_plan(Fields(info[2].As<Napi::Object>(), host_memory()), product);
    const int64_t times = to_count(info[3], "times");
    if (name == "plain")
      run_plain(product);
    else if (product.m > 0 && product.n > 0)
      for (int64_t i = 0; i < times; ++i) run_on_lanes(lanes_named(name), product, plan);
    return info.Env().Undefined();
  });
}

}  // namespace

void register_product(Napi::Env env, Napi::Object exports) {
  export_function<product>(env, exports, "product");
}

}  // namespace thalweg::lab
