#include "lab/operation.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

#include "backends/backend.h"
#include "backends/check_classes.h"
#include "lab/fields.h"
#include "napi/border/convert.h"
#include "ops/scratch.h"

namespace thalweg::lab {

using namespace napi;

namespace {

using Run = LossResult (*)(Backend&, const Fields&);

// Gives an op its temporary memory (ops/scratch.h).
template <class Parameters>
void set_scratch(const Fields& object, Parameters& op) {
  if constexpr (requires { op.scratch; }) {
    if constexpr (requires { op.positions; })
      op.scratch = object.scratch<uint32_t>(embedding_scratch(op.positions));
    else if constexpr (requires { op.channels; })
      op.scratch = object.scratch<double>(
          column_scratch(op.columns / std::max<int64_t>(op.channels, 1), op.rows * op.channels));
    else if constexpr (requires { op.outputs; })
      op.scratch = object.scratch<double>(column_scratch(op.rows, op.outputs));
    else
      op.scratch = object.scratch<double>(column_scratch(op.rows, op.columns));
  }
}

template <class Parameters, void (Backend::*kRun)(const Parameters&)>
LossResult run(Backend& backend, const Fields& object) {
  Parameters op = {};
  visit_fields(op, [&](const char* names, auto&... fields) { object.read(names, fields...); });
  set_scratch(object, op);
  (backend.*kRun)(op);
  return {};
}

// A loss has two temporary arrays, and a result.
template <>
LossResult run<Loss, &Backend::loss>(Backend& backend, const Fields& object) {
  Loss op = {};
  object.read("kind, delta, smoothing, x, classes, values, weights, dx, rows, columns", op.kind,
              op.delta, op.smoothing, op.x, op.classes, op.values, op.weights, op.dx, op.rows,
              op.columns);
  op.row_losses = object.scratch<double>(op.rows);
  op.row_correct = object.scratch<int32_t>(op.rows);
  op.result = object.scratch<LossResult>(1);
  backend.loss(op);
  LossResult result;
  object.memory().read(&result, op.result, sizeof result);
  if (result.bad_classes == 0) return result;
  std::vector<int32_t> classes(op.rows);
  object.memory().read(classes.data(), op.classes, op.rows * sizeof(int32_t));
  check_classes(classes.data(), op.rows, op.columns);
  return result;
}

const std::unordered_map<std::string, Run>& operations() {
  static const auto& all = *new std::unordered_map<std::string, Run>{
#define THALWEG_OP(name, Parameters) {#name, &run<Parameters, &Backend::name>},
#include "ops/ops.def"
  };
  return all;
}

// runOperation(device, name, fields) → { sum, correct }. Both are 0 unless the op is a loss.
Napi::Value run_operation(const Napi::CallbackInfo& info) {
  Backend& backend = open_backend(info[0].As<Napi::String>().Utf8Value());
  const Run run = operations().at(info[1].As<Napi::String>().Utf8Value());
  const Fields fields(info[2].As<Napi::Object>(), backend.memory());
  const LossResult result = run(backend, fields);
  fields.finish();
  Napi::Object out = Napi::Object::New(info.Env());
  out.Set("sum", result.sum);
  out.Set("correct", static_cast<double>(result.correct));
  return out;
}

}  // namespace

void register_operation(Napi::Env env, Napi::Object exports) {
  export_function<run_operation>(env, exports, "runOperation");
}

}  // namespace thalweg::lab
