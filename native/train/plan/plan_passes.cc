// A plan's passes, forward and backward.
#include "backends/check_classes.h"
#include "train/plan/plan.h"

namespace thalweg {

namespace {

bool cancelled(const RunMode& mode) { return mode.cancel != nullptr && mode.cancel->is_set(); }

}  // namespace

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
  for (const int64_t from : network_.layers[index]->from()) read_.push_back(value(from));
  return {.backend = backend_,
          .rows = batch_rows_,
          .x = read_,
          .y = value(index + 1),
          .kept = buffers_.tensor(0, network_.layers.size() + 1 + index),
          .workspace = buffers_.tensor(0, 0),
          .scratch = reinterpret_cast<double*>(rows_.tensor(0, 2)),
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

void Plan::run_loss(float* gradient, int32_t* halted) {
  backend_.loss({.kind = network_.loss,
                 .delta = static_cast<float>(network_.loss_parameter),
                 .x = outputs(),
                 .classes = sparse_ ? place().classes : nullptr,
                 .values = sparse_ ? nullptr : place().values,
                 .dx = gradient,
                 .row_losses = reinterpret_cast<double*>(rows_.tensor(0, 0)),
                 .row_correct = reinterpret_cast<int32_t*>(rows_.tensor(0, 1)),
                 .rows = batch_rows_,
                 .columns = network_.outputs(),
                 .result = static_cast<LossResult*>(loss_place_.get()),
                 .halted = halted});
}

void Plan::read_loss(LossResult* result) {
  Memory& memory = backend_.memory();
  memory.read(result, loss_place_.get(), sizeof *result);
  if (result->bad_classes == 0) return;
  std::vector<int32_t> labels(batch_rows_);
  memory.read(labels.data(), place().classes, labels.size() * sizeof(int32_t));
  check_classes(labels.data(), batch_rows_, network_.outputs());
}

void Plan::loss(LossResult* result) {
  run_loss(gradient(backward_.first), nullptr);
  read_loss(result);
}

void Plan::run(const BackwardStep& step, const RunMode& mode) {
  float *from = gradient(step.from), *to = gradient(step.to);
  const int64_t length = batch_rows_ * step.width;
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
  run_loss(gradient(backward_.first), mode.halted);
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
