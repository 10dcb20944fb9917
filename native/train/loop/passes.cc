#include "train/loop/passes.h"

#include <algorithm>
#include <exception>
#include <string>

#include "core/round.h"
#include "train/data/batch_feed.h"
#include "train/watch/pooled_statistics.h"

namespace thalweg {

namespace {

// Where a pass throws, waits until the device has done what the pass queued. Its buffers are then
// free for others.
class DeviceScope {
 public:
  explicit DeviceScope(BatchLoader& batches)
      : batches_(batches), before_(std::uncaught_exceptions()) {}
  ~DeviceScope() {
    if (std::uncaught_exceptions() <= before_) return;
    try {
      batches_.wait();
    } catch (...) {
      // The device is lost. The error under way, or the next call, says so.
    }
  }
  DeviceScope(const DeviceScope&) = delete;
  DeviceScope& operator=(const DeviceScope&) = delete;

 private:
  BatchLoader& batches_;
  int before_;
};

// Lets the plan read the weights of a pass during its own life.
class WeightsScope {
 public:
  WeightsScope(const PassContext& context, Weights weights)
      : context_(context), device_(context.batches) {
    const TrainState& state = context.state;
    if (weights == Weights::kAveraged)
      context.plan.use(state.averages(), state.statistics_of(weights));
  }
  ~WeightsScope() { context_.plan.use(context_.state.parameters(), 0); }
  WeightsScope(const WeightsScope&) = delete;
  WeightsScope& operator=(const WeightsScope&) = delete;

 private:
  const PassContext& context_;
  DeviceScope device_;
};

}  // namespace

// Goes once through all rows in order. `body` finds each batch in the plan.
void Passes::each_batch(const data::Dataset& dataset, int64_t batch_size, const CancelFlag& cancel,
                        FunctionRef<void(int64_t rows)> body) {
  const Order order({.length = static_cast<uint64_t>(dataset.format().rows), .shuffle = false});
  const int64_t steps = ceil_div(dataset.format().rows, batch_size);
  const auto feed = context_.batches.feed({&dataset, &order, batch_size, steps, &cancel});
  for (int64_t step = 0; step < steps; ++step) body(feed->load(step));
}

Metrics Passes::evaluate(const data::Dataset& dataset, int64_t batch_size, const CancelFlag& cancel,
                         Weights weights, MetricSums* sums) {
  const size_t scores = sums == nullptr ? 0 : sums->bytes_for(dataset.format().rows);
  context_.require_memory(scores);
  const HeldMemory held(context_.memory, scores);
  const WeightsScope scope(context_, weights);
  Metrics metrics;
  each_batch(dataset, batch_size, cancel, [&](int64_t rows) {
    LossResult loss;
    if (!context_.plan.forward({.cancel = &cancel})) throw Aborted();
    context_.plan.loss(&loss);
    metrics.add(loss, rows);
    if (sums != nullptr) add_outputs(rows, dataset.format().is_sparse(), *sums);
  });
  return metrics;
}

// Adds the plan's current batch. The loss has checked its labels.
void Passes::add_outputs(int64_t rows, bool sparse, MetricSums& sums) {
  const BatchPlace place = context_.plan.buffers().place();
  const MetricBatch batch{context_.plan.outputs(), sparse ? place.classes : nullptr,
                          sparse ? nullptr : place.values, rows};
  if (context_.batches.device() == nullptr) return sums.add(batch);
  // The device runs behind the host, so the sums read copies.
  Memory& memory = context_.backend.memory();
  const size_t count = static_cast<size_t>(rows * context_.options.network.outputs());
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

void Passes::predict(const float* inputs, int64_t rows, int64_t batch_size, float* outputs,
                     const CancelFlag& cancel, Weights weights) {
  const WeightsScope scope(context_, weights);
  context_.batches.check_inputs(inputs, rows, &cancel);
  const Network& network = context_.options.network;
  const int64_t features = network.inputs(), width = network.outputs();
  const HeldMemory held(context_.memory,
                        static_cast<size_t>(rows * (features + width)) * sizeof(float));
  for (int64_t first = 0; first < rows; first += batch_size) {
    const int64_t count = std::min(batch_size, rows - first);
    context_.batches.load_inputs(inputs + first * features, count);
    if (!context_.plan.forward({.cancel = &cancel})) throw Aborted();
    context_.backend.memory().read(outputs + first * width, context_.plan.outputs(),
                                   count * width * sizeof(float));
  }
}

Metrics Passes::full_gradients(const data::Dataset& dataset, int64_t batch_size, double* gradient,
                               const CancelFlag& cancel) {
  const DeviceScope scope(context_.batches);
  const RunMode mode{.cancel = &cancel};
  const TrainState& state = context_.state;
  Metrics metrics;
  std::vector<float> values;
  each_batch(dataset, batch_size, cancel, [&](int64_t rows) {
    LossResult loss;
    if (!context_.plan.forward(mode) || !context_.plan.backward(mode, &loss)) throw Aborted();
    metrics.add(loss, rows);
    // A batch's gradients are those of its mean loss.
    const double share = static_cast<double>(rows) / static_cast<double>(dataset.format().rows);
    double* sum = gradient;
    for (size_t i = 0; i < state.tensors().size(); ++i) {
      values.resize(state.tensors()[i].length);
      state.read_gradient(i, values.data());
      for (const float value : values) *sum++ += share * value;
    }
  });
  return metrics;
}

double Passes::gradients(const data::Dataset& dataset, const std::vector<uint32_t>& rows,
                         const std::vector<double>* dropout_rates) {
  const size_t dropouts = context_.options.network.dropout_count();
  if (dropout_rates != nullptr && dropout_rates->size() != dropouts)
    throw Error({ErrorCode::kShape, "dropoutRates", std::to_string(dropout_rates->size()),
                 std::to_string(dropouts) + ", one for each dropout layer"});
  const DeviceScope scope(context_.batches);
  context_.batches.load_rows(dataset, rows);
  LossResult loss;
  const RunMode mode{.training = dropout_rates != nullptr,
                     .seed = context_.options.seed,
                     .step = static_cast<uint64_t>(context_.state.stepper().step_count()),
                     .dropout_rates = dropout_rates == nullptr ? nullptr : dropout_rates->data()};
  context_.plan.forward(mode);
  context_.plan.backward(mode, &loss);
  return loss.sum / static_cast<double>(rows.size());
}

void Passes::refresh_statistics(const data::Dataset& dataset, int64_t batch_size,
                                const CancelFlag& cancel, Weights weights) {
  const WeightsScope scope(context_, weights);
  PooledStatistics pooled(context_.backend.memory());
  each_batch(dataset, batch_size, cancel, [&](int64_t) {
    if (!context_.plan.forward({.batch_statistics = true, .cancel = &cancel})) throw Aborted();
    pooled.add(context_.plan.seen_moments());
  });
  TrainState& state = context_.state;
  const bool averaged = weights == Weights::kAveraged;
  if (averaged) context_.plan.use(state.averages(), 1);
  state.forget_idle();
  pooled.write(context_.plan.seen_moments());
  if (averaged) share_frozen_statistics();
  state.set_averaged_statistics(state.has_averaged_statistics() || averaged);
}

// The averaged weights use the statistics of frozen layers too.
void Passes::share_frozen_statistics() {
  TrainState& state = context_.state;
  size_t index = 0;
  std::vector<float> values;
  for (const auto& layer : context_.options.network.layers) {
    for (const size_t end = index + layer->statistics().size(); index < end; ++index) {
      if (!layer->frozen()) continue;
      values.resize(state.statistics()[index].length);
      state.read_statistic(index, values.data());
      context_.backend.memory().write(state.statistics_arena().tensor(1, index), values.data(),
                                      values.size() * sizeof(float));
    }
  }
}

}  // namespace thalweg
