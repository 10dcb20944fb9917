#include "train/engine.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "backends/cpu/gather.h"
#include "core/threads.h"
#include "train/batch_feed.h"
#include "train/settings.h"

namespace thalweg {

namespace {

std::vector<int64_t> lengths_of(const StepperOptions& options) {
  std::vector<int64_t> lengths;
  for (const StepperTensor& tensor : options.tensors) lengths.push_back(tensor.length);
  return lengths;
}

int64_t step_count(const TrainRequest& request) {
  const int64_t rows = request.dataset->rows, batch = request.batch_size;
  return request.drop_last ? rows / batch : (rows + batch - 1) / batch;
}

void add(const LossResult& loss, int64_t rows, Metrics& metrics) {
  metrics.loss_sum += loss.sum;
  metrics.correct += loss.correct;
  metrics.examples += rows;
}

}  // namespace

Engine::Engine(EngineOptions options)
    : options_(std::move(options)),
      backend_(open_backend(options_.device)),
      arena_(lengths_of(options_.stepper), 2),
      plan_(options_.network, arena_, backend_),
      stepper_(options_.stepper, backend_) {
  for (size_t i = 0; i < options_.stepper.tensors.size(); ++i) {
    initialise(options_.network.initials[i], options_.seed, i, options_.stepper.tensors[i].length,
               arena_.tensor(0, i));
    parameters_.push_back(arena_.tensor(0, i));
    gradients_.push_back(arena_.tensor(1, i));
  }
}

TrainProgress Engine::train(const TrainRequest& request, const CancelFlag& cancel,
                            const std::function<void(const TrainProgress&)>& report) {
  const data::Dataset& dataset = *request.dataset;
  const Order order({.length = static_cast<uint64_t>(dataset.rows),
                     .seed = options_.seed,
                     .epoch = static_cast<uint64_t>(request.epoch),
                     .shuffle = request.shuffle});
  const int64_t steps = step_count(request);
  BatchFeed feed({&dataset, &order, request.batch_size, steps}, plan_);
  SettingsReader settings(request.settings, request.rates, stepper_);
  TrainProgress progress;
  progress.gradient_norm = std::nan("");
  for (int64_t step = request.first_step; step < steps; ++step) {
    const int64_t rows = feed.load(step);
    const RunMode mode{.training = true,
                       .seed = options_.seed,
                       .step = static_cast<uint64_t>(stepper_.step_count()),
                       .cancel = &cancel};
    LossResult loss;
    if (!plan_.forward(mode) || !plan_.backward(mode, &loss)) {
      progress.cancelled = true;
      return progress;
    }
    StepSettings step_settings = settings.at(progress.steps);
    step_settings.loss = loss.sum;
    const StepReport stepped = stepper_.step(parameters_.data(), gradients_.data(), step_settings);
    if (!stepped.skipped) add(loss, rows, progress.metrics);
    progress.last_loss = loss.sum / static_cast<double>(rows);
    progress.gradient_norm = stepped.gradient_norm;
    progress.skipped += stepped.skipped;
    progress.steps += !stepped.skipped;
    report(progress);
  }
  return progress;
}

Metrics Engine::evaluate(const data::Dataset& dataset, int64_t batch_size,
                         const CancelFlag& cancel) {
  Metrics metrics;
  const Order order({.length = static_cast<uint64_t>(dataset.rows), .shuffle = false});
  const int64_t steps = (dataset.rows + batch_size - 1) / batch_size;
  BatchFeed feed({&dataset, &order, batch_size, steps}, plan_);
  for (int64_t step = 0; step < steps; ++step) {
    const int64_t rows = feed.load(step);
    LossResult loss;
    if (!plan_.forward({.cancel = &cancel})) refuse_aborted();
    plan_.loss(&loss);
    add(loss, rows, metrics);
  }
  return metrics;
}

void Engine::predict(const float* inputs, int64_t rows, int64_t batch_size, float* outputs,
                     const CancelFlag& cancel) {
  const int64_t features = input_width();
  const int64_t width = options_.network.layers.back().outputs;
  for (int64_t first = 0; first < rows; first += batch_size) {
    const int64_t count = std::min(batch_size, rows - first);
    plan_.reserve(count, 0);
    plan_.set_batch(count, false);
    std::copy_n(inputs + first * features, count * features, plan_.place().inputs);
    if (!plan_.forward({.cancel = &cancel})) refuse_aborted();
    std::copy_n(plan_.outputs(), count * width, outputs + first * width);
  }
}

double Engine::gradients(const data::Dataset& dataset, const std::vector<uint32_t>& rows) {
  const auto count = static_cast<int64_t>(rows.size());
  plan_.reserve(count, dataset.label_width);
  const BatchPlace place = plan_.place();
  gather_batch({&dataset, rows.data(), count, place.inputs, place.classes, place.values},
               thread_count());
  plan_.set_batch(count, dataset.label_type == data::LabelType::kSparse);
  LossResult loss;
  plan_.forward({});
  plan_.backward({}, &loss);
  return loss.sum / static_cast<double>(rows.size());
}

void Engine::refuse_aborted() {
  throw Error({"ABORTED", "trainer", "an abort", "an undisturbed run", ""});
}

size_t Engine::bytes() const { return arena_.bytes() + stepper_.bytes() + plan_.bytes(); }

}  // namespace thalweg
