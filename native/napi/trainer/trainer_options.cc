#include "napi/trainer/trainer_options.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "core/position.h"
#include "napi/border/convert.h"
#include "napi/checkpoint/snapshot.h"
#include "napi/data/dataset.h"
#include "napi/data/sampling.h"
#include "napi/trainer/layer_options.h"

namespace thalweg::napi {

namespace {

std::string text(const Napi::Object& object, const char* key) {
  return object.Get(key).As<Napi::String>().Utf8Value();
}
double number(const Napi::Object& object, const char* key) {
  return object.Get(key).As<Napi::Number>().DoubleValue();
}
// Returns a count, or `otherwise` where the key is absent.
int64_t count_or(const Napi::Object& object, const char* key, int64_t least, int64_t otherwise) {
  return object.Get(key).IsUndefined() ? otherwise : to_count(object, key, least);
}
bool truth(const Napi::Object& object, const char* key) {
  return object.Get(key).As<Napi::Boolean>().Value();
}

std::vector<double> doubles(const Napi::Object& object, const char* key) {
  const Span span = typed_span(object.Get(key), napi_float64_array, key);
  const auto* data = static_cast<const double*>(span.data);
  return {data, data + span.length};
}

Initial read_initial(const Napi::Object& object) {
  return {position<Distribution>(text(object, "distribution"), kDistributionNames, "initializer"),
          number(object, "value")};
}

TrainProgress read_progress(const Napi::Object& object) {
  TrainProgress progress;
  progress.metrics = {number(object, "lossSum"), to_count(object, "correct"),
                      to_count(object, "examples")};
  progress.steps = to_count(object, "steps");
  progress.skipped = to_count(object, "skipped");
  if (!object.Get("gradientNorm").IsUndefined())
    progress.gradient_norm = number(object, "gradientNorm");
  progress.last_loss = number(object, "lastLoss");
  return progress;
}

AverageOptions read_average_options(const Napi::Value& value) {
  AverageOptions options;
  if (!value.IsObject()) return options;
  const auto object = value.As<Napi::Object>();
  options.kind = position<AverageKind>(text(object, "kind"), kAverageNames, "average.kind");
  options.warmup = number(object, "warmup");
  options.first = to_count(object, "first");
  options.every = to_count(object, "every", 1);
  options.by_epoch = truth(object, "byEpoch");
  return options;
}

// Throws SHAPE unless the tensors have the lengths that the layers own.
template <class Tensors>
void check_lengths(const char* path, const Tensors& tensors, const std::vector<int64_t>& owned) {
  std::vector<int64_t> given;
  given.reserve(tensors.size());
  for (const auto& tensor : tensors) given.push_back(tensor.length);
  if (given == owned) return;
  const auto sum = [](const std::vector<int64_t>& lengths) {
    return std::to_string(lengths.size()) + " tensors of " +
           std::to_string(std::accumulate(lengths.begin(), lengths.end(), int64_t{0})) + " numbers";
  };
  throw Error({ErrorCode::kShape, path, sum(given), sum(owned) + ", which the layers own"});
}

void check_tensors(const EngineOptions& options) {
  std::vector<int64_t> parameters, statistics;
  for (const auto& layer : options.network.layers) {
    for (const Parameter* own : layer->parameters()) parameters.push_back(own->length);
    for (const Statistic* own : layer->statistics()) statistics.push_back(own->length);
  }
  check_lengths("lengths", options.stepper.tensors, parameters);
  check_lengths("statistics", options.statistics, statistics);
}

}  // namespace

StepperOptions read_stepper_options(const Napi::Object& object) {
  StepperOptions options;
  options.rule = find_rule(text(object, "rule"));
  options.groups =
      static_cast<int>(std::min<int64_t>(to_count(object, "groupCount", 1), INT32_MAX));
  const auto names = object.Get("names").As<Napi::Array>();
  const auto lengths = object.Get("lengths").As<Napi::Array>();
  const auto groups = object.Get("groups").As<Napi::Array>();
  const Napi::Value frozen = object.Get("frozen");
  const auto is_frozen = [&](uint32_t i) {
    return frozen.IsArray() && frozen.As<Napi::Array>().Get(i).As<Napi::Boolean>().Value();
  };
  for (uint32_t i = 0; i < names.Length(); ++i)
    options.tensors.push_back(
        {names.Get(i).As<Napi::String>().Utf8Value(), to_count(lengths.Get(i), "lengths"),
         static_cast<int32_t>(to_index(groups.Get(i), "groups", options.groups)), is_frozen(i)});
  return options;
}

EngineOptions read_engine_options(const Napi::Object& object) {
  EngineOptions options;
  options.seed = to_uint64(object.Get("seed"), "seed");
  options.device = text(object, "device");
  const Napi::Value limit = object.Get("memoryLimit");
  if (limit.IsNumber()) options.memory_limit = to_uint64(limit, "memoryLimit");
  options.stepper = read_stepper_options(object);
  options.stepper.average = read_average_options(object.Get("average"));
  options.network.loss = position<LossKind>(text(object, "loss"), kLossNames, "loss");
  options.network.loss_parameter = number(object, "lossParameter");
  options.network.label_smoothing = number(object, "labelSmoothing");
  options.network.layers = read_layers(object);
  const auto initials = object.Get("initials").As<Napi::Array>();
  for (uint32_t i = 0; i < initials.Length(); ++i)
    options.network.initials.push_back(read_initial(initials.Get(i).As<Napi::Object>()));
  if (options.network.initials.size() != options.stepper.tensors.size())
    throw Error({ErrorCode::kShape, "initials", std::to_string(options.network.initials.size()),
                 std::to_string(options.stepper.tensors.size()) + ", one a parameter"});
  const auto statistics = object.Get("statistics").As<Napi::Array>();
  for (uint32_t i = 0; i < statistics.Length(); ++i) {
    const auto statistic = statistics.Get(i).As<Napi::Object>();
    options.statistics.push_back({text(statistic, "name"), to_count(statistic, "length"),
                                  static_cast<float>(number(statistic, "initial"))});
  }
  check_tensors(options);
  return options;
}

static std::shared_ptr<Monitor> read_monitor(const Napi::Object& object) {
  std::vector<uint8_t> alive;
  if (object.Get("monitorAlive").IsTypedArray()) {
    const Span span = typed_span(object.Get("monitorAlive"), napi_uint8_array, "monitorAlive");
    const auto* bits = static_cast<const uint8_t*>(span.data);
    alive.assign(bits, bits + span.length);
  }
  return std::make_shared<Monitor>(to_count(object, "monitorEvery", 1), alive);
}

TrainRequest read_train_request(const Napi::Object& object) {
  TrainRequest request;
  request.epoch = to_count(object, "epoch");
  request.batch_size = to_count(object, "batchSize", 1);
  request.part_rows = count_or(object, "partRows", 1, request.batch_size);
  request.shuffle = truth(object, "shuffle");
  request.drop_last = truth(object, "dropLast");
  request.settings = doubles(object, "settings");
  request.rates = {doubles(object, "columns"), doubles(object, "rates")};
  request.dataset = to_dataset(object.Get("dataset"), "dataset");
  if (object.Get("validation").IsObject())
    request.validation = to_dataset(object.Get("validation"), "validation");
  request.sampling = to_sampling(object.Get("sampling"), "fit.sampling");
  const int64_t rows = request.dataset->format().rows;
  if (request.sampling && request.sampling->length != static_cast<uint64_t>(rows))
    throw Error({ErrorCode::kShape, "fit.sampling",
                 std::to_string(request.sampling->length) + " rows",
                 std::to_string(rows) + ", the rows of the data set"});
  request.most_steps = count_or(object, "mostSteps", 0, 0);
  if (object.Get("keepLosses").IsBoolean()) request.keeps_losses = truth(object, "keepLosses");
  if (!object.Get("monitorEvery").IsUndefined()) request.monitor = read_monitor(object);
  request.guard_every = count_or(object, "guardEvery", 0, 0);
  if (object.Get("before").IsObject())
    request.before = read_progress(object.Get("before").As<Napi::Object>());
  request.first_step = request.before.steps + request.before.skipped;
  if (!object.Get("snapshot").IsObject()) return request;
  request.snapshots.place = to_snapshot(object.Get("snapshot"));
  request.snapshots.every_steps = to_count(object, "snapshotEverySteps");
  request.snapshots.waits = truth(object, "snapshotWaits");
  return request;
}

}  // namespace thalweg::napi
