#include "train/engine.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "backends/cpu/gather.h"
#include "core/threads.h"
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

void Engine::load_batch(const data::Dataset& dataset, const Order& order, int64_t first,
                        int64_t count) {
  batch_rows_.resize(count);
  order.indices(first, count, batch_rows_.data());
  load_rows(dataset, batch_rows_.data(), count);
}

void Engine::load_rows(const data::Dataset& dataset, const uint32_t* rows, int64_t count) {
  plan_.reserve(count, dataset.label_width);
  gather_batch({&dataset, rows, count, plan_.inputs(), plan_.classes(), plan_.values()},
               thread_count());
  plan_.set_labels(dataset.label_type == data::LabelType::kSparse);
}

TrainProgress Engine::train(const TrainRequest& request, const CancelFlag& cancel,
                            const std::function<void(const TrainProgress&)>& report) {
  const data::Dataset& dataset = *request.dataset;
  const Order order({.length = static_cast<uint64_t>(dataset.rows),
                     .seed = options_.seed,
                     .epoch = static_cast<uint64_t>(request.epoch),
                     .shuffle = request.shuffle});
  SettingsReader settings(request.settings, request.rates, stepper_);
  TrainProgress progress;
  progress.gradient_norm = std::nan("");
  for (int64_t step = request.first_step; step < step_count(request); ++step) {
    const int64_t first = step * request.batch_size;
    const int64_t rows = std::min(request.batch_size, dataset.rows - first);
    load_batch(dataset, order, first, rows);
    const RunMode mode{.training = true,
                       .seed = options_.seed,
                       .step = static_cast<uint64_t>(stepper_.step_count()),
                       .cancel = &cancel};
    LossResult loss;
    if (!plan_.forward(mode) || !plan_.backward(mode, &loss)) {
      progress.cancelled = true;
      return progress;
    }
    const StepReport stepped = stepper_.step(parameters_.data(), gradients_.data(),
                                             settings.at(step - request.first_step));
    add(loss, rows, progress.metrics);
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
  for (int64_t first = 0; first < dataset.rows; first += batch_size) {
    const int64_t rows = std::min(batch_size, dataset.rows - first);
    load_batch(dataset, order, first, rows);
    LossResult loss;
    if (!plan_.forward({.cancel = &cancel})) refuse_aborted();
    plan_.loss(&loss);
    add(loss, rows, metrics);
  }
  return metrics;
}

void Engine::predict(const float* inputs, int64_t rows, int64_t batch_size, float* outputs,
                     const CancelFlag& cancel) {
  const int64_t features = options_.network.layers.front().inputs;
  const int64_t width = options_.network.layers.back().outputs;
  for (int64_t first = 0; first < rows; first += batch_size) {
    const int64_t count = std::min(batch_size, rows - first);
    plan_.reserve(count, 0);
    std::copy_n(inputs + first * features, count * features, plan_.inputs());
    if (!plan_.forward({.cancel = &cancel})) refuse_aborted();
    std::copy_n(plan_.outputs(), count * width, outputs + first * width);
  }
}

double Engine::gradients(const data::Dataset& dataset, const std::vector<uint32_t>& rows) {
  load_rows(dataset, rows.data(), static_cast<int64_t>(rows.size()));
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
