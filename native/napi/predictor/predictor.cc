// A predictor has a thread for its promised batches, and answers single rows at once on the thread
// of JavaScript. Both read one copy of the weights.
#include "napi/predictor/predictor.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "napi/border/convert.h"
#include "napi/border/promised_job.h"
#include "napi/trainer/layer_options.h"
#include "train/serve/inference_plan.h"
#include "train/serve/served_model.h"

namespace thalweg::napi {

namespace {

ServedModelOptions read_options(const Napi::Object& object) {
  ServedModelOptions options;
  options.layers = read_layers(object);
  options.output_layers =
      to_index(object.Get("outputLayers"), "outputLayers", options.layers.size() + 1);
  if (options.output_layers == 0)
    throw Error({ErrorCode::kShape, "outputLayers", "0", "at least 1"});
  options.device = object.Get("device").As<Napi::String>().Utf8Value();
  const Napi::Value limit = object.Get("memoryLimit");
  if (limit.IsNumber()) options.memory_limit = to_uint64(limit, "memoryLimit");
  return options;
}

// Borrows the values of a list of Float32Arrays.
std::vector<TensorValues> read_values(const Napi::Array& list, const char* path) {
  std::vector<TensorValues> values;
  for (uint32_t i = 0; i < list.Length(); ++i) {
    size_t length = 0;
    const float* data = float32_span(list.Get(i), path, &length);
    values.push_back({data, length});
  }
  return values;
}

// The parts that one predictor owns.
struct Parts {
  explicit Parts(ServedModelOptions options, const std::vector<TensorValues>& parameters,
                 const std::vector<TensorValues>& statistics)
      : model(std::move(options), parameters, statistics),
        batches(model.layers(), model.memory(), model.backend()),
        single(model.layers(), model.memory(), model.backend()) {}

  size_t bytes() const { return model.bytes() + batches.bytes() + single.bytes(); }

  ServedModel model;
  InferencePlan batches;  // the predictor's thread uses it
  InferencePlan single;   // the thread of JavaScript uses it
};

class NativePredictor : public Wrapped<NativePredictor> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit NativePredictor(const Napi::CallbackInfo& info);
  void Finalize(Napi::BasicEnv env) override;

 private:
  template <Napi::Value (NativePredictor::*kMethod)(const Napi::CallbackInfo&)>
  Napi::Value call(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&]() -> Napi::Value {
      if (!parts_) throw disposed("predictor");
      return (this->*kMethod)(info);
    });
  }
  Napi::Value predict(const Napi::CallbackInfo& info);
  Napi::Value predict_row(const Napi::CallbackInfo& info);
  Napi::Value check_inputs(const Napi::CallbackInfo& info);
  Napi::Value bytes(const Napi::CallbackInfo& info);
  Napi::Value cancel(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);

  // Tells V8 how many bytes the predictor holds by now, because its buffers grow with the batch.
  void report_bytes(Napi::Env env);
  // Takes inputs of whole rows. Returns the number of rows.
  int64_t rows_of(size_t length) const;

  // The cleanup hook of an environment cancels the job and joins the thread. It is registered after
  // the mailbox's own hook, so it runs before it.
  static void at_exit(void* self);
  void end();

  std::unique_ptr<Parts> parts_;      // null: disposed
  std::unique_ptr<PromisedJob> job_;  // its thread ends before the parts do
  bool hooked_ = false;
  int64_t bytes_ = 0;  // reported to V8
};

Napi::Function NativePredictor::define(Napi::Env env) {
  using Self = NativePredictor;
  return DefineClass(env, "NativePredictor",
                     {
                         InstanceMethod<&Self::call<&Self::predict>>("predict"),
                         InstanceMethod<&Self::call<&Self::predict_row>>("predictRow"),
                         InstanceMethod<&Self::call<&Self::check_inputs>>("checkInputs"),
                         InstanceMethod<&Self::call<&Self::bytes>>("bytes"),
                         InstanceMethod<&Self::cancel>("cancel"),
                         InstanceMethod<&Self::call<&Self::dispose>>("dispose"),
                     });
}

NativePredictor::NativePredictor(const Napi::CallbackInfo& info) : Wrapped(info) {
  guarded(info.Env(), [&] {
    const auto object = info[0].As<Napi::Object>();
    ServedModelOptions options = read_options(object);
    const auto parameters = object.Get("parameters").As<Napi::Array>();
    const auto statistics = object.Get("statistics").As<Napi::Array>();
    parts_ = std::make_unique<Parts>(std::move(options), read_values(parameters, "parameters"),
                                     read_values(statistics, "statistics"));
    job_ = std::make_unique<PromisedJob>(info.Env(), [this](Napi::Env env) { report_bytes(env); });
    report_bytes(info.Env());
    napi_add_env_cleanup_hook(info.Env(), &NativePredictor::at_exit, this);
    hooked_ = true;
  });
}

void NativePredictor::Finalize(Napi::BasicEnv env) {
  if (hooked_) napi_remove_env_cleanup_hook(env, &NativePredictor::at_exit, this);
  end();
  int64_t ignored;
  if (bytes_ > 0) napi_adjust_external_memory(env, -bytes_, &ignored);
}

void NativePredictor::report_bytes(Napi::Env env) {
  const auto bytes = static_cast<int64_t>(parts_->bytes());
  Napi::MemoryManagement::AdjustExternalMemory(env, bytes - bytes_);
  bytes_ = bytes;
}

void NativePredictor::at_exit(void* self) {
  auto* predictor = static_cast<NativePredictor*>(self);
  predictor->hooked_ = false;
  predictor->end();  // the mailbox's function does not live until finalizers run
}

void NativePredictor::end() {
  if (!job_) return;
  job_->stop();
  job_->close();
}

int64_t NativePredictor::rows_of(size_t length) const {
  const auto features = static_cast<size_t>(parts_->model.inputs());
  if (length % features != 0)
    throw Error({ErrorCode::kShape, "inputs", std::to_string(length) + " numbers",
                 "rows of " + std::to_string(features)});
  return static_cast<int64_t>(length / features);
}

// predict(inputs: Float32Array, batchSize, probabilities) → Promise<Float32Array>. The inputs are
// copied before this returns.
Napi::Value NativePredictor::predict(const Napi::CallbackInfo& info) {
  job_->refuse_busy();
  const int64_t batch_size = to_count(info[1], "batchSize", 1);
  const size_t layers = parts_->model.layers_for(info[2].As<Napi::Boolean>().Value());
  size_t length = 0;
  const float* data = float32_span(info[0], "inputs", &length);
  const int64_t rows = rows_of(length);
  const int64_t features = parts_->model.inputs(), width = parts_->model.outputs();
  const auto numbers = static_cast<size_t>(count_product(rows, width, "outputs"));
  parts_->model.check_inputs(data, rows);
  parts_->model.memory().require((length + numbers) * sizeof(float));
  auto inputs = std::make_shared<std::vector<float>>(data, data + length);
  return job_->start(info, [=, this]() -> PromisedJob::MakeValue {
    auto outputs = std::make_shared<std::vector<float>>(numbers);
    for (int64_t first = 0; first < rows; first += batch_size)
      parts_->batches.run(inputs->data() + first * features, std::min(batch_size, rows - first),
                          layers, outputs->data() + first * width, &job_->cancelled());
    return [outputs](Napi::Env env) { return to_array(env, *outputs); };
  });
}

// predictRow(inputs: Float32Array, outputs: Float32Array, probabilities), synchronously
Napi::Value NativePredictor::predict_row(const Napi::CallbackInfo& info) {
  const size_t layers = parts_->model.layers_for(info[2].As<Napi::Boolean>().Value());
  size_t length = 0, room = 0;
  const float* inputs = float32_span(info[0], "inputs", &length);
  float* outputs = float32_span(info[1], "outputs", &room);
  check_length("inputs", length, static_cast<uint64_t>(parts_->model.inputs()));
  check_length("outputs", room, static_cast<uint64_t>(parts_->model.outputs()));
  parts_->model.check_inputs(inputs, 1);
  const bool grows = parts_->single.bytes() == 0;
  parts_->single.run(inputs, 1, layers, outputs, nullptr);
  if (grows && !job_->is_running()) report_bytes(info.Env());
  return info.Env().Undefined();
}

// checkInputs(inputs: Float32Array) throws RANGE where an embedding cannot read them.
Napi::Value NativePredictor::check_inputs(const Napi::CallbackInfo& info) {
  size_t length = 0;
  const float* inputs = float32_span(info[0], "inputs", &length);
  parts_->model.check_inputs(inputs, rows_of(length));
  return info.Env().Undefined();
}

// bytes() → what weights and buffers take
Napi::Value NativePredictor::bytes(const Napi::CallbackInfo& info) {
  if (!job_->is_running()) report_bytes(info.Env());
  return Napi::Number::New(info.Env(), static_cast<double>(bytes_));
}

// A signal may fire at any time, also after disposal. There is nothing to cancel then.
Napi::Value NativePredictor::cancel(const Napi::CallbackInfo& info) {
  job_->cancel();
  return info.Env().Undefined();
}

// Cancels, waits for the operation under way, settles the promise and frees all memory.
Napi::Value NativePredictor::dispose(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  job_->abort(env);
  job_->close();
  Napi::MemoryManagement::AdjustExternalMemory(env, -bytes_);
  bytes_ = 0;
  parts_.reset();
  return env.Undefined();
}

}  // namespace

void register_predictor(Napi::Env env, Napi::Object exports) {
  exports.Set("Predictor", NativePredictor::define(env));
}

}  // namespace thalweg::napi
