#include "lab/operation.h"

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "backends/backend.h"
#include "backends/check_classes.h"
#include "napi/convert.h"

namespace thalweg::lab {

using namespace napi;

namespace {

// The fields of an op's parameter struct, by name, on a JavaScript object. Absent
// arrays are null; others are copied to the device's memory where it has its own,
// and back by finish().
class Fields {
 public:
  Fields(const Napi::Object& object, Memory& memory) : object_(object), memory_(memory) {}

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
  const DropoutDraw* draw() const {
    const RandomStream stream = random_stream({.seed = to_uint64(object_.Get("seed"), "seed"),
                                               .purpose = Purpose::kDropout,
                                               .epoch = to_uint64(object_.Get("step"), "step"),
                                               .window = to_uint64(object_.Get("layer"), "layer")});
    const DropoutDraw draw{stream, real("rate"), real("scale")};
    auto* place = scratch<DropoutDraw>(1);
    memory_.write(place, &draw, sizeof draw);
    return place;
  }
  // In the device's memory, zeroed, for as long as this object lives.
  template <class T>
  T* scratch(int64_t length) const {
    kept_.push_back(memory_.allocate(length * sizeof(T)));
    return static_cast<T*>(kept_.back().get());
  }
  Memory& memory() const { return memory_; }

  void finish() const {
    for (const Copy& copy : copies_) memory_.read(copy.host, copy.device, copy.bytes);
  }

 private:
  struct Copy {
    void* host;
    void* device;
    size_t bytes;
  };

  // Both types have 4 bytes an element.
  void* array(const char* name, napi_typedarray_type type) const {
    const Napi::Value value = object_.Get(name);
    if (value.IsUndefined()) return nullptr;
    const Span span = typed_span(value, type, name);
    if (&memory_ == &host_memory()) return span.data;
    const Copy copy = {span.data, scratch<int32_t>(span.length), span.length * 4};
    memory_.write(copy.device, copy.host, copy.bytes);
    copies_.push_back(copy);
    return copy.device;
  }

  Napi::Object object_;
  Memory& memory_;
  mutable std::vector<std::shared_ptr<void>> kept_;
  mutable std::vector<Copy> copies_;
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
  backend.dropout({f.draw(), f.floats("x"), f.floats("y"), f.number("length")});
  return {};
}

LossResult run_add(Backend& backend, const Fields& f) {
  backend.add({f.floats("a"), f.floats("b"), f.floats("y"), f.number("length")});
  return {};
}

LossResult run_embedding_forward(Backend& backend, const Fields& f) {
  backend.embedding_forward(
      {f.floats("x"), f.floats("weight"), f.floats("y"), f.number("positions"), f.number("units")});
  return {};
}

LossResult run_embedding_backward(Backend& backend, const Fields& f) {
  backend.embedding_backward({f.floats("x"), f.floats("dy"), f.floats("dweight"),
                              f.number("positions"), f.number("count"), f.number("units")});
  return {};
}

LossResult run_batch_moments(Backend& backend, const Fields& f) {
  backend.batch_moments({f.floats("x"), f.floats("mean"), f.floats("variance"), f.number("rows"),
                         f.number("columns")});
  return {};
}

LossResult run_batch_norm_forward(Backend& backend, const Fields& f) {
  backend.batch_norm_forward({.x = f.floats("x"),
                              .mean = f.floats("mean"),
                              .variance = f.floats("variance"),
                              .scale = f.floats("scale"),
                              .offset = f.floats("offset"),
                              .y = f.floats("y"),
                              .rows = f.number("rows"),
                              .columns = f.number("columns"),
                              .epsilon = f.real("epsilon")});
  return {};
}

LossResult run_batch_norm_backward(Backend& backend, const Fields& f) {
  backend.batch_norm_backward({.x = f.floats("x"),
                               .mean = f.floats("mean"),
                               .variance = f.floats("variance"),
                               .scale = f.floats("scale"),
                               .dy = f.floats("dy"),
                               .dx = f.floats("dx"),
                               .dscale = f.floats("dscale"),
                               .doffset = f.floats("doffset"),
                               .rows = f.number("rows"),
                               .columns = f.number("columns"),
                               .epsilon = f.real("epsilon"),
                               .of_batch = f.number("ofBatch") != 0});
  return {};
}

LossResult run_batch_norm_update(Backend& backend, const Fields& f) {
  backend.batch_norm_update({.mean = f.floats("mean"),
                             .variance = f.floats("variance"),
                             .running_mean = f.floats("runningMean"),
                             .running_variance = f.floats("runningVariance"),
                             .columns = f.number("columns"),
                             .momentum = f.real("momentum"),
                             .correction = f.real("correction"),
                             .halted = f.integers("halted")});
  return {};
}

LossResult run_layer_norm_forward(Backend& backend, const Fields& f) {
  backend.layer_norm_forward({.x = f.floats("x"),
                              .scale = f.floats("scale"),
                              .offset = f.floats("offset"),
                              .y = f.floats("y"),
                              .mean = f.floats("mean"),
                              .inverse = f.floats("inverse"),
                              .rows = f.number("rows"),
                              .columns = f.number("columns"),
                              .epsilon = f.real("epsilon")});
  return {};
}

LossResult run_layer_norm_backward(Backend& backend, const Fields& f) {
  backend.layer_norm_backward({.x = f.floats("x"),
                               .mean = f.floats("mean"),
                               .inverse = f.floats("inverse"),
                               .scale = f.floats("scale"),
                               .dy = f.floats("dy"),
                               .dx = f.floats("dx"),
                               .dscale = f.floats("dscale"),
                               .doffset = f.floats("doffset"),
                               .rows = f.number("rows"),
                               .columns = f.number("columns")});
  return {};
}

LossResult run_loss(Backend& backend, const Fields& f) {
  const int64_t rows = f.number("rows");
  const Loss op = {.kind = f.choice<LossKind>("kind"),
                   .delta = f.real("delta"),
                   .x = f.floats("x"),
                   .classes = f.integers("classes"),
                   .values = f.floats("values"),
                   .dx = f.floats("dx"),
                   .row_losses = f.scratch<double>(rows),
                   .row_correct = f.scratch<int32_t>(rows),
                   .rows = rows,
                   .columns = f.number("columns"),
                   .result = f.scratch<LossResult>(1)};
  backend.loss(op);
  LossResult result;
  f.memory().read(&result, op.result, sizeof result);
  if (result.bad_classes == 0) return result;
  std::vector<int32_t> classes(rows);
  f.memory().read(classes.data(), op.classes, rows * sizeof(int32_t));
  check_classes(classes.data(), rows, op.columns);
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
