#include "train/plan/plan.h"

#include <algorithm>

#include "backends/check_classes.h"

namespace thalweg {

namespace {

bool cancelled(const RunMode& mode) { return mode.cancel != nullptr && mode.cancel->is_set(); }

}  // namespace

Plan::Plan(const Network& network, const Arena& arena, const Arena& statistics,
           const MemoryLimit& limit, Backend& backend)
    : network_(network),
      statistics_(statistics),
      backward_(plan_backward(network.layers)),
      backend_(backend),
      buffers_(network, backward_.widths, limit, backend) {
  size_t parameter = 0, statistic = 0;
  for (const auto& layer : network_.layers) {
    for (Parameter* own : layer->parameters()) {
      own->value = arena.tensor(0, parameter);
      own->gradient = own->frozen ? nullptr : arena.tensor(1, parameter);
      ++parameter;
    }
    for (Statistic* own : layer->statistics()) own->value = statistics.tensor(0, statistic++);
    read_.reserve(std::max(read_.capacity(), layer->from().size()));
  }
  draws_ = backend_.memory().allocate(draw_count() * sizeof(DropoutDraw));
  loss_place_ = backend_.memory().allocate(sizeof(LossResult));
}

void Plan::use(const std::vector<float*>& parameters, int statistics) {
  size_t parameter = 0, statistic = 0;
  for (const auto& layer : network_.layers) {
    for (Parameter* own : layer->parameters()) own->value = parameters[parameter++];
    for (Statistic* own : layer->statistics())
      own->value = statistics_.tensor(statistics, statistic++);
  }
}

void Plan::write_draws(const RunMode& mode, DropoutDraw* draws) const {
  const double* rates = mode.dropout_rates;
  for (size_t index = 0; index < draw_count(); ++index) {
    const double rate = network_.layers[index]->drops() && rates != nullptr ? *rates++ : 0;
    draws[index] = {
        random_stream({mode.seed, Purpose::kDropout, mode.step, mode.part << 32 | index}),
        static_cast<float>(rate), static_cast<float>(1 / (1 - rate))};
  }
}

LayerPass Plan::pass(size_t index, const RunMode& mode) {
  const DropoutDraw* draws =
      mode.draws != nullptr ? mode.draws : static_cast<DropoutDraw*>(draws_.get());
  read_.clear();
  for (const int64_t from : network_.layers[index]->from()) read_.push_back(buffers_.value(from));
  return {.backend = backend_,
          .rows = buffers_.rows(),
          .x = read_,
          .y = buffers_.value(index + 1),
          .kept = buffers_.kept(index),
          .workspace = buffers_.workspace(),
          .scratch = buffers_.scratch(),
          .training = mode.training,
          .batch_statistics = mode.batch_statistics,
          .draw = draws + index};
}

bool Plan::forward(const RunMode& mode) {
  if (mode.training && mode.draws == nullptr) {
    std::vector<DropoutDraw> draws(draw_count());
    write_draws(mode, draws.data());
    backend_.memory().write(draws_.get(), draws.data(), draws.size() * sizeof(DropoutDraw));
  }
  for (size_t index = 0; index < network_.layers.size(); ++index) {
    if (cancelled(mode)) return false;
    network_.layers[index]->forward(pass(index, mode));
  }
  return true;
}

void Plan::run_loss(int32_t* halted) {
  const BatchPlace place = buffers_.place();
  const BatchFormat& format = buffers_.format();
  backend_.loss({.kind = network_.loss,
                 .delta = static_cast<float>(network_.loss_parameter),
                 .smoothing = static_cast<float>(network_.label_smoothing),
                 .x = outputs(),
                 .classes = format.sparse_labels ? place.classes : nullptr,
                 .values = format.sparse_labels ? nullptr : place.values,
                 .weights = format.weighted ? place.weights : nullptr,
                 .dx = buffers_.gradient(backward_.first),
                 .row_losses = buffers_.row_losses(),
                 .row_correct = buffers_.row_correct(),
                 .rows = buffers_.rows(),
                 .columns = network_.outputs(),
                 .result = static_cast<LossResult*>(loss_place_.get()),
                 .halted = halted});
}

void Plan::read_loss(LossResult* result) {
  Memory& memory = backend_.memory();
  memory.read(result, loss_place_.get(), sizeof *result);
  if (result->bad_classes == 0) return;
  std::vector<int32_t> labels(buffers_.rows());
  memory.read(labels.data(), buffers_.place().classes, labels.size() * sizeof(int32_t));
  check_classes(labels.data(), buffers_.rows(), network_.outputs());
}

void Plan::loss(LossResult* result) {
  run_loss(nullptr);
  read_loss(result);
}

void Plan::run(const BackwardStep& step, const RunMode& mode) {
  float *from = buffers_.gradient(step.from), *to = buffers_.gradient(step.to);
  const int64_t length = buffers_.rows() * step.width;
  switch (step.kind) {
    case BackwardStep::Kind::kLayer:
      return network_.layers[step.layer]->backward(pass(step.layer, mode), from, to);
    case BackwardStep::Kind::kCopy:
      return backend_.activation_forward({Activation::kNone, 0, from, to, length});
    case BackwardStep::Kind::kSum:
      return backend_.add({to, from, to, length});
  }
}

bool Plan::backward(const RunMode& mode, LossResult* result) {
  if (cancelled(mode)) return false;
  run_loss(mode.halted);
  for (const BackwardStep& step : backward_.steps) {
    if (cancelled(mode)) return false;
    run(step, mode);
  }
  if (result != nullptr) read_loss(result);
  return true;
}

std::vector<SeenMoments> Plan::seen_moments() {
  std::vector<SeenMoments> all;
  for (size_t index = 0; index < network_.layers.size(); ++index)
    if (const auto seen = network_.layers[index]->seen_moments(pass(index, {})))
      all.push_back(*seen);
  return all;
}

void Plan::update_statistics(const int32_t* halted) {
  for (size_t index = 0; index < network_.layers.size(); ++index)
    network_.layers[index]->update_statistics(pass(index, {}), halted);
}

}  // namespace thalweg
