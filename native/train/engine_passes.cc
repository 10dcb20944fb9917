// The engine's passes without a step: evaluation, prediction, gradients, statistics.
#include <algorithm>
#include <exception>

#include "core/round.h"
#include "core/threads.h"
#include "orders/gather.h"
#include "train/batch_feed.h"
#include "train/check_indices.h"
#include "train/engine.h"
#include "train/pooled_statistics.h"

namespace thalweg {

// Where a pass throws, the device is done with what it queued before anybody uses its buffers.
class Engine::Pass {
 public:
  explicit Pass(Engine& engine) : engine_(engine), before_(std::uncaught_exceptions()) {}
  ~Pass() {
    if (std::uncaught_exceptions() <= before_) return;
    try {
      engine_.wait_for_device();
    } catch (...) {
      // The device is lost: the error under way, or the next call, says so.
    }
  }
  Pass(const Pass&) = delete;
  Pass& operator=(const Pass&) = delete;

 private:
  Engine& engine_;
  int before_;
};

// The weights of a pass without training, while it lives.
class Engine::Borrowed {
 public:
  Borrowed(Engine& engine, Weights weights) : engine_(engine), pass_(engine) {
    if (weights == Weights::kAveraged)
      engine_.plan_.use(engine_.averages_, engine_.statistics_of(weights));
  }
  ~Borrowed() { engine_.plan_.use(engine_.parameters_, 0); }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;

 private:
  Engine& engine_;
  Pass pass_;
};

// Every row once, in their order: `body` finds a batch in the plan.
void Engine::each_batch(const data::Dataset& dataset, int64_t batch_size, const CancelFlag& cancel,
                        FunctionRef<void(int64_t rows)> body) {
  const Order order({.length = static_cast<uint64_t>(dataset.rows), .shuffle = false});
  const int64_t steps = ceil_div(dataset.rows, batch_size);
  const auto feed = make_feed({&dataset, &order, batch_size, steps, &cancel});
  for (int64_t step = 0; step < steps; ++step) body(feed->load(step));
}

Metrics Engine::evaluate(const data::Dataset& dataset, int64_t batch_size, const CancelFlag& cancel,
                         Weights weights, MetricSums* sums) {
  const size_t scores = sums == nullptr ? 0 : sums->bytes_for(dataset.rows);
  require_memory(scores);
  const HeldMemory held(memory_, scores);
  const Borrowed borrowed(*this, weights);
  Metrics metrics;
  each_batch(dataset, batch_size, cancel, [&](int64_t rows) {
    LossResult loss;
    if (!plan_.forward({.cancel = &cancel})) throw Aborted();
    plan_.loss(&loss);
    metrics.add(loss, rows);
    if (sums != nullptr) add_outputs(rows, dataset.label_type == data::LabelType::kSparse, *sums);
  });
  return metrics;
}

// Of the plan's current batch, whose labels the loss has checked.
void Engine::add_outputs(int64_t rows, bool sparse, MetricSums& sums) {
  const BatchPlace place = plan_.place();
  const MetricBatch batch{plan_.outputs(), sparse ? place.classes : nullptr,
                          sparse ? nullptr : place.values, rows};
  if (!device_batches_) return sums.add(batch);
  Memory& memory = backend_.memory();  // behind the host: copies
  const size_t count = static_cast<size_t>(rows * output_width());
  std::vector<float> outputs(count), values(sparse ? 0 : count);
  std::vector<int32_t> classes(sparse ? rows : 0);
  memory.read(outputs.data(), batch.outputs, count * sizeof(float));
  if (sparse)
    memory.read(classes.data(), batch.classes, rows * sizeof(int32_t));
  else
    memory.read(values.data(), batch.values, count * sizeof(float));
  sums.add(
      {outputs.data(), sparse ? classes.data() : nullptr, sparse ? nullptr : values.data(), rows});
}

void Engine::reserve(int64_t rows, int64_t label_width) {
  if (!device_batches_) return plan_.reserve(rows, label_width);
  device_batches_->with_room([&] { plan_.reserve(rows, label_width); });
}

void Engine::predict(const float* inputs, int64_t rows, int64_t batch_size, float* outputs,
                     const CancelFlag& cancel, Weights weights) {
  const Borrowed borrowed(*this, weights);
  const int64_t features = input_width();
  const LayerOptions& layer = options_.network.layers.front();
  if (layer.kind == LayerKind::kEmbedding)
    check_indices(rows, features, layer.count, "", &cancel, [=](int64_t i) { return inputs[i]; });
  const int64_t width = options_.network.layers.back().outputs;
  const HeldMemory held(memory_, static_cast<size_t>(rows * (features + width)) * sizeof(float));
  for (int64_t first = 0; first < rows; first += batch_size) {
    const int64_t count = std::min(batch_size, rows - first);
    reserve(count, 0);
    plan_.set_batch(count, false);
    backend_.memory().write(plan_.place().inputs, inputs + first * features,
                            count * features * sizeof(float));
    if (!plan_.forward({.cancel = &cancel})) throw Aborted();
    backend_.memory().read(outputs + first * width, plan_.outputs(), count * width * sizeof(float));
  }
}

Metrics Engine::full_gradients(const data::Dataset& dataset, int64_t batch_size, double* gradient,
                               const CancelFlag& cancel) {
  const Pass pass(*this);
  Metrics metrics;
  const RunMode mode{.cancel = &cancel};
  std::vector<float> values;
  each_batch(dataset, batch_size, cancel, [&](int64_t rows) {
    LossResult loss;
    if (!plan_.forward(mode) || !plan_.backward(mode, &loss)) throw Aborted();
    metrics.add(loss, rows);
    // Gradients are of a batch's mean.
    const double share = static_cast<double>(rows) / static_cast<double>(dataset.rows);
    double* sum = gradient;
    for (size_t i = 0; i < options_.stepper.tensors.size(); ++i) {
      values.resize(options_.stepper.tensors[i].length);
      read_gradient(i, values.data());
      for (const float value : values) *sum++ += share * value;
    }
  });
  return metrics;
}

void Engine::refresh_statistics(const data::Dataset& dataset, int64_t batch_size,
                                const CancelFlag& cancel, Weights weights) {
  const Borrowed borrowed(*this, weights);
  PooledStatistics pooled(backend_.memory());
  each_batch(dataset, batch_size, cancel, [&](int64_t) {
    if (!plan_.forward({.batch_statistics = true, .cancel = &cancel})) throw Aborted();
    pooled.add(plan_.statistics());
  });
  if (weights == Weights::kAveraged) plan_.use(averages_, 1);
  forget_rest();
  pooled.write(plan_.statistics());
  if (weights == Weights::kAveraged) share_frozen_statistics();
  has_averaged_statistics_ |= weights == Weights::kAveraged;
}

size_t Engine::dropout_count() const {
  const auto& layers = options_.network.layers;
  return static_cast<size_t>(std::count_if(layers.begin(), layers.end(), [](const auto& layer) {
    return layer.kind == LayerKind::kDropout;
  }));
}

// Those of frozen layers are the averaged weights' too.
void Engine::share_frozen_statistics() {
  size_t index = 0;
  std::vector<float> values;
  for (const LayerOptions& layer : options_.network.layers) {
    if (layer.kind != LayerKind::kBatchNorm) continue;
    for (const size_t end = index + 2; index < end; ++index) {
      if (!layer.frozen) continue;
      values.resize(options_.statistics[index].length);
      const size_t bytes = values.size() * sizeof(float);
      backend_.memory().read(values.data(), statistics_.tensor(0, index), bytes);
      backend_.memory().write(statistics_.tensor(1, index), values.data(), bytes);
    }
  }
}

double Engine::gradients(const data::Dataset& dataset, const std::vector<uint32_t>& rows,
                         const std::vector<double>* dropout_rates) {
  if (dropout_rates != nullptr && dropout_rates->size() != dropout_count())
    throw Error({"SHAPE", "dropoutRates", std::to_string(dropout_rates->size()),
                 std::to_string(dropout_count()) + ", one for each dropout layer", ""});
  const Pass pass(*this);
  check_dataset(dataset, kDatasetName, nullptr);
  const auto count = static_cast<int64_t>(rows.size());
  reserve(count, dataset.label_width);
  if (device_batches_) {
    device_batches_->load_rows(dataset, rows, plan_);
  } else {
    const BatchPlace place = plan_.place();
    gather_batch({&dataset, rows.data(), count, place.inputs, place.classes, place.values},
                 thread_count());
    plan_.set_batch(count, dataset.label_type == data::LabelType::kSparse);
  }
  LossResult loss;
  const RunMode mode{.training = dropout_rates != nullptr,
                     .seed = options_.seed,
                     .step = static_cast<uint64_t>(stepper_.step_count()),
                     .dropout_rates = dropout_rates == nullptr ? nullptr : dropout_rates->data()};
  plan_.forward(mode);
  plan_.backward(mode, &loss);
  return loss.sum / static_cast<double>(rows.size());
}

}  // namespace thalweg
