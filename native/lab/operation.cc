#include "lab/operation.h"

#include <string>
#include <unordered_map>
#include <vector>

#include "backends/backend.h"
#include "backends/check_classes.h"
#include "lab/fields.h"
#include "napi/convert.h"

namespace thalweg::lab {

using namespace napi;

namespace {

// Reads a parameter struct, whose fields are listed in their order. A list that is not as long as
// the struct does not compile.
#define THALWEG_FIELDS(Parameters, ...)             \
  void read(const Fields& object, Parameters& op) { \
    auto& [__VA_ARGS__] = op;                       \
    object.read(#__VA_ARGS__, __VA_ARGS__);         \
  }
THALWEG_FIELDS(DenseForward, x, weight, bias, y, before, rows, inputs, outputs, activation, slope)
THALWEG_FIELDS(DenseBackward, x, weight, y, before, dy, dweight, dbias, dx, rows, inputs, outputs,
               activation, slope)
THALWEG_FIELDS(ActivationForward, activation, slope, x, y, length)
THALWEG_FIELDS(ActivationBackward, activation, slope, x, y, dy, dx, length)
THALWEG_FIELDS(SoftmaxForward, x, y, rows, columns)
THALWEG_FIELDS(SoftmaxBackward, y, dy, dx, rows, columns)
THALWEG_FIELDS(Dropout, draw, x, y, length)
THALWEG_FIELDS(Add, a, b, y, length)
THALWEG_FIELDS(EmbeddingForward, x, weight, y, positions, units)
THALWEG_FIELDS(EmbeddingBackward, x, dy, dweight, positions, count, units)
THALWEG_FIELDS(BatchMoments, x, mean, variance, rows, columns)
THALWEG_FIELDS(BatchNormForward, x, mean, variance, scale, offset, y, rows, columns, epsilon)
THALWEG_FIELDS(BatchNormBackward, x, mean, variance, scale, dy, dx, dscale, doffset, rows, columns,
               epsilon, of_batch)
THALWEG_FIELDS(BatchNormUpdate, mean, variance, running_mean, running_variance, columns, momentum,
               correction, halted)
THALWEG_FIELDS(LayerNormForward, x, scale, offset, y, mean, inverse, rows, columns, epsilon)
THALWEG_FIELDS(LayerNormBackward, x, mean, inverse, scale, dy, dx, dscale, doffset, rows, columns)
#undef THALWEG_FIELDS

using Run = LossResult (*)(Backend&, const Fields&);

template <class Parameters, void (Backend::*kRun)(const Parameters&)>
LossResult run(Backend& backend, const Fields& object) {
  Parameters op = {};
  read(object, op);
  (backend.*kRun)(op);
  return {};
}

// A loss has scratch memory and a result.
template <>
LossResult run<Loss, &Backend::loss>(Backend& backend, const Fields& object) {
  Loss op = {};
  object.read("kind, delta, x, classes, values, dx, rows, columns", op.kind, op.delta, op.x,
              op.classes, op.values, op.dx, op.rows, op.columns);
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
#undef THALWEG_OP
  };
  return all;
}

// runOperation(device, name, fields) → { sum, correct }, of a loss
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
