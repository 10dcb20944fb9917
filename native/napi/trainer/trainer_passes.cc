#include "napi/trainer/trainer_passes.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "napi/border/convert.h"
#include "napi/data/dataset.h"
#include "napi/data/metrics.h"
#include "napi/trainer/trainer_options.h"

namespace thalweg::napi::passes {

namespace {

constexpr auto kProgressInterval = std::chrono::milliseconds(50);

Napi::Object to_object(Napi::Env env, const Metrics& metrics) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("lossSum", metrics.loss_sum);
  object.Set("correct", static_cast<double>(metrics.correct));
  object.Set("examples", static_cast<double>(metrics.examples));
  return object;
}

Napi::Object to_object(Napi::Env env, const TrainProgress& progress) {
  Napi::Object object = to_object(env, progress.metrics);
  object.Set("steps", static_cast<double>(progress.steps));
  object.Set("skipped", static_cast<double>(progress.skipped));
  if (!std::isnan(progress.gradient_norm)) object.Set("gradientNorm", progress.gradient_norm);
  object.Set("lastLoss", progress.last_loss);
  object.Set("cancelled", progress.cancelled);
  return object;
}

// The results of a run's monitor.
struct Seen {
  std::vector<double> rows;    // empty where the monitor looked at no step
  std::vector<uint8_t> alive;  // empty unless the run may continue later
};

Seen take_seen(const TrainRequest& request, bool with_alive) {
  if (!request.monitor) return {};
  return {request.monitor->take(), with_alive ? request.monitor->alive() : std::vector<uint8_t>()};
}

Napi::Object to_object(Napi::Env env, const TrainProgress& progress, const Seen& seen) {
  Napi::Object object = to_object(env, progress);
  if (!seen.rows.empty()) object.Set("seen", to_array(env, seen.rows));
  if (!seen.alive.empty()) {
    object.Set("alive", to_array(env, seen.alive));
  }
  return object;
}

}  // namespace

// train(request, onProgress, onSnapshot) → Promise of the last progress. onSnapshot receives the
// run's progress when the request's snapshot was taken.
Napi::Value train(TrainerParts& trainer, const Napi::CallbackInfo& info) {
  trainer.job->refuse_busy();
  auto request = std::make_shared<TrainRequest>(read_train_request(info[0].As<Napi::Object>()));
  request->snapshots.taken = [&trainer, request = request.get()](const TrainProgress& progress) {
    const auto make = [progress, seen = take_seen(*request, true)](Napi::Env env) {
      return to_object(env, progress, seen);
    };
    // A snapshot of which nobody is told is released here, because nobody else would.
    trainer.job->tell(PromisedJob::kSnapshot, make,
                      [place = request->snapshots.place] { place->release(); });
  };
  const Napi::Value promise =
      trainer.job->start(info, [&trainer, request]() -> PromisedJob::MakeValue {
        std::vector<double> losses;
        const TrainProgress result = trainer.engine->loop().train(
            *request, trainer.job->cancelled(), [&](const TrainProgress& progress) {
              if (request->keeps_losses) losses.push_back(progress.last_loss);
              const std::chrono::steady_clock::time_point now = std::chrono::steady_clock::now();
              if (now - trainer.last_progress < kProgressInterval) return;
              trainer.last_progress = now;
              const auto make = [progress, seen = take_seen(*request, false)](Napi::Env env) {
                return to_object(env, progress, seen);
              };
              trainer.job->tell(PromisedJob::kProgress, make, [] {});
            });
        return
            [result, losses = std::move(losses), seen = take_seen(*request, true)](Napi::Env env) {
              Napi::Object object = to_object(env, result, seen);
              if (!losses.empty()) object.Set("losses", to_array(env, losses));
              return object;
            };
      });
  trainer.job->listen(PromisedJob::kProgress, info[1]);
  trainer.job->listen(PromisedJob::kSnapshot, info[2]);
  return promise;
}

// evaluate(dataset, batchSize, metrics, averaged)
// → Promise<{ lossSum, correct, examples, totals? }>
Napi::Value evaluate(TrainerParts& trainer, const Napi::CallbackInfo& info) {
  trainer.job->refuse_busy();
  auto dataset = to_dataset(info[0], "dataset");
  const int64_t batch_size = to_count(info[1], "batchSize", 1);
  const MetricRequest request = read_metric_request(info[2]);
  const Weights weights = to_weights(trainer, info[3]);
  return trainer.job->start(
      info, [&trainer, dataset, batch_size, request, weights]() -> PromisedJob::MakeValue {
        if (!request.asks()) {
          const Metrics result = trainer.engine->passes().evaluate(
              *dataset, batch_size, trainer.job->cancelled(), weights, nullptr);
          return [result](Napi::Env env) { return to_object(env, result); };
        }
        MetricSums sums(request, trainer.engine->loss_kind(), trainer.engine->output_width());
        const Metrics result = trainer.engine->passes().evaluate(
            *dataset, batch_size, trainer.job->cancelled(), weights, &sums);
        return [result, totals = sums.finish(trainer.job->cancelled())](Napi::Env env) {
          Napi::Object object = to_object(env, result);
          object.Set("totals", totals_object(env, totals));
          return object;
        };
      });
}

// predict(inputs: Float32Array, rows, outputs, batchSize, averaged) → Promise<Float32Array>. The
// inputs are copied before this returns.
Napi::Value predict(TrainerParts& trainer, const Napi::CallbackInfo& info) {
  trainer.job->refuse_busy();
  const int64_t rows = to_count(info[1], "rows");
  const int64_t width = to_count(info[2], "outputs");
  const int64_t batch_size = to_count(info[3], "batchSize", 1);
  if (width != trainer.engine->output_width())
    throw Error({ErrorCode::kShape, "outputs", std::to_string(width),
                 std::to_string(trainer.engine->output_width()) + ", as the model has"});
  const Weights weights = to_weights(trainer, info[4]);
  size_t length = 0;
  const float* data = float32_span(info[0], "inputs", &length);
  if (static_cast<int64_t>(length) != count_product(rows, trainer.engine->input_width(), "inputs"))
    throw Error(
        {ErrorCode::kShape, "inputs", std::to_string(length) + " numbers",
         std::to_string(rows) + " rows of " + std::to_string(trainer.engine->input_width())});
  trainer.engine->require_memory(
      (length + static_cast<size_t>(count_product(rows, width, "outputs"))) * sizeof(float));
  auto inputs = std::make_shared<std::vector<float>>(data, data + length);
  return trainer.job->start(
      info, [&trainer, inputs, rows, width, batch_size, weights]() -> PromisedJob::MakeValue {
        auto outputs = std::make_shared<std::vector<float>>(rows * width);
        trainer.engine->passes().predict(inputs->data(), rows, batch_size, outputs->data(),
                                         trainer.job->cancelled(), weights);
        return [outputs](Napi::Env env) { return to_array(env, *outputs); };
      });
}

// fullGradients(dataset, batchSize) → Promise<{ lossSum, correct, examples, gradient }>
Napi::Value full_gradients(TrainerParts& trainer, const Napi::CallbackInfo& info) {
  auto dataset = to_dataset(info[0], "dataset");
  const int64_t batch_size = to_count(info[1], "batchSize", 1);
  size_t length = 0;
  for (const StepperTensor& tensor : trainer.engine->state().tensors())
    length += static_cast<size_t>(tensor.length);
  return trainer.job->start(info,
                            [&trainer, dataset, batch_size, length]() -> PromisedJob::MakeValue {
                              auto gradient = std::make_shared<std::vector<double>>(length);
                              const Metrics sums = trainer.engine->passes().full_gradients(
                                  *dataset, batch_size, gradient->data(), trainer.job->cancelled());
                              return [sums, gradient](Napi::Env env) {
                                Napi::Object result = to_object(env, sums);
                                result.Set("gradient", to_array(env, *gradient));
                                return result;
                              };
                            });
}

// gradients(dataset, rows: Uint32Array, dropoutRates?: Float64Array)
// → { loss, gradients: Float32Array[] }, synchronously
Napi::Value gradients(TrainerParts& trainer, const Napi::CallbackInfo& info) {
  trainer.job->refuse_busy();
  const auto dataset = to_dataset(info[0], "dataset");
  const Span span = typed_span(info[1], napi_uint32_array, "rows");
  const auto* first = static_cast<const uint32_t*>(span.data);
  const std::vector<uint32_t> rows(first, first + span.length);
  const int64_t count = dataset->format().rows;
  for (size_t i = 0; i < rows.size(); ++i)
    if (rows[i] >= count)
      throw Error({ErrorCode::kRange, "rows[" + std::to_string(i) + "]", std::to_string(rows[i]),
                   "less than " + std::to_string(count) + ", the rows of the data set"});
  std::vector<double> rates;
  if (info[2].IsTypedArray()) {
    const Span given = typed_span(info[2], napi_float64_array, "dropoutRates");
    const auto* values = static_cast<const double*>(given.data);
    rates.assign(values, values + given.length);
  }
  const double loss =
      trainer.engine->passes().gradients(*dataset, rows, info[2].IsTypedArray() ? &rates : nullptr);
  Napi::Object result = Napi::Object::New(info.Env());
  Napi::Array arrays = Napi::Array::New(info.Env());
  const auto& tensors = trainer.engine->state().tensors();
  for (size_t i = 0; i < tensors.size(); ++i) {
    auto array = new_array<float>(info.Env(), tensors[i].length);
    trainer.engine->state().read_gradient(i, array.Data());
    arrays.Set(static_cast<uint32_t>(i), array);
  }
  result.Set("loss", loss);
  result.Set("gradients", arrays);
  return result;
}

// refreshStatistics(dataset, batchSize, averaged) → Promise<void>
Napi::Value refresh(TrainerParts& trainer, const Napi::CallbackInfo& info) {
  trainer.job->refuse_busy();
  auto dataset = to_dataset(info[0], "dataset");
  const int64_t batch_size = to_count(info[1], "batchSize", 1);
  const Weights weights = to_weights(trainer, info[2]);
  return trainer.job->start(info,
                            [&trainer, dataset, batch_size, weights]() -> PromisedJob::MakeValue {
                              trainer.engine->passes().refresh_statistics(
                                  *dataset, batch_size, trainer.job->cancelled(), weights);
                              return [](Napi::Env env) { return env.Undefined(); };
                            });
}

}  // namespace thalweg::napi::passes
