#include "napi/operation.h"

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "backends/backend.h"
#include "napi/convert.h"

namespace thalweg::napi {

namespace {

// The fields of an op's parameter struct, by name, on a JavaScript object. Absent
// arrays are null.
class Fields {
 public:
  explicit Fields(const Napi::Object& object) : object_(object) {}

  int64_t number(const char* name) const { return object_.Get(name).ToNumber().Int64Value(); }
  float real(const char* name) const { return object_.Get(name).ToNumber().FloatValue(); }
  template <class T>
  T choice(const char* name) const {
    return static_cast<T>(number(name));
  }
  float* floats(const char* name) const {
    return static_cast<float*>(array(name, napi_float32_array));
  }
  int32_t* integers(const char* name) const {
    return static_cast<int32_t*>(array(name, napi_int32_array));
  }
  RandomStream stream() const {
    return random_stream({.seed = to_uint64(object_.Get("seed"), "seed"),
                          .purpose = Purpose::kDropout,
                          .epoch = to_uint64(object_.Get("step"), "step"),
                          .window = to_uint64(object_.Get("layer"), "layer")});
  }

 private:
  void* array(const char* name, napi_typedarray_type type) const {
    const Napi::Value value = object_.Get(name);
    return value.IsUndefined() ? nullptr : typed_span(value, type, name).data;
  }
  Napi::Object object_;
};

using Run = std::function<LossResult(Backend&, const Fields&)>;

LossResult run_dense_forward(Backend& backend, const Fields& f) {
  backend.dense_forward({.x = f.floats("x"),
                         .weight = f.floats("weight"),
                         .bias = f.floats("bias"),
                         .y = f.floats("y"),
                         .before = f.floats("before"),
                         .rows = f.number("rows"),
                         .inputs = f.number("inputs"),
                         .outputs = f.number("outputs"),
                         .activation = f.choice<Activation>("activation"),
                         .slope = f.real("slope")});
  return {};
}

LossResult run_dense_backward(Backend& backend, const Fields& f) {
  backend.dense_backward({.x = f.floats("x"),
                          .weight = f.floats("weight"),
                          .y = f.floats("y"),
                          .before = f.floats("before"),
                          .dy = f.floats("dy"),
                          .dweight = f.floats("dweight"),
                          .dbias = f.floats("dbias"),
                          .dx = f.floats("dx"),
                          .rows = f.number("rows"),
                          .inputs = f.number("inputs"),
                          .outputs = f.number("outputs"),
                          .activation = f.choice<Activation>("activation"),
                          .slope = f.real("slope")});
  return {};
}

LossResult run_activation_forward(Backend& backend, const Fields& f) {
  backend.activation_forward({f.choice<Activation>("activation"), f.real("slope"), f.floats("x"),
                              f.floats("y"), f.number("length")});
  return {};
}

LossResult run_activation_backward(Backend& backend, const Fields& f) {
  backend.activation_backward({f.choice<Activation>("activation"), f.real("slope"), f.floats("x"),
                               f.floats("y"), f.floats("dy"), f.floats("dx"), f.number("length")});
  return {};
}

LossResult run_softmax_forward(Backend& backend, const Fields& f) {
  backend.softmax_forward({f.floats("x"), f.floats("y"), f.number("rows"), f.number("columns")});
  return {};
}

LossResult run_softmax_backward(Backend& backend, const Fields& f) {
  backend.softmax_backward(
      {f.floats("y"), f.floats("dy"), f.floats("dx"), f.number("rows"), f.number("columns")});
  return {};
}

LossResult run_dropout(Backend& backend, const Fields& f) {
  backend.dropout({f.stream(), f.real("rate"), f.real("scale"), f.floats("x"), f.floats("y"),
                   f.number("length")});
  return {};
}

LossResult run_loss(Backend& backend, const Fields& f) {
  const int64_t rows = f.number("rows");
  std::vector<double> row_losses(rows);
  std::vector<int32_t> row_correct(rows);
  LossResult result;
  backend.loss({.kind = f.choice<LossKind>("kind"),
                .delta = f.real("delta"),
                .x = f.floats("x"),
                .classes = f.integers("classes"),
                .values = f.floats("values"),
                .dx = f.floats("dx"),
                .row_losses = row_losses.data(),
                .row_correct = row_correct.data(),
                .rows = rows,
                .columns = f.number("columns"),
                .result = &result});
  return result;
}

const std::unordered_map<std::string, Run>& operations() {
  static const auto& all = *new std::unordered_map<std::string, Run>{
#define THALWEG_OP(name, Parameters) {#name, run_##name},
#include "ops/ops.def"
#undef THALWEG_OP
  };
  return all;
}

// runOperation(device, name, fields) → { sum, correct }, of a loss
Napi::Value run_operation(const Napi::CallbackInfo& info) {
  Backend& backend = open_backend(info[0].As<Napi::String>().Utf8Value());
  const Run& run = operations().at(info[1].As<Napi::String>().Utf8Value());
  const LossResult result = run(backend, Fields(info[2].As<Napi::Object>()));
  Napi::Object out = Napi::Object::New(info.Env());
  out.Set("sum", result.sum);
  out.Set("correct", static_cast<double>(result.correct));
  return out;
}

}  // namespace

void register_operation(Napi::Env env, Napi::Object exports) {
  export_function<run_operation>(env, exports, "runOperation");
}

}  // namespace thalweg::napi
