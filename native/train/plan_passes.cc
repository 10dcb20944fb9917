// A plan's passes, forward and backward.
#include "backends/check_classes.h"
#include "train/plan.h"

namespace thalweg {

namespace {

bool cancelled(const RunMode& mode) { return mode.cancel != nullptr && mode.cancel->is_set(); }
// Whether a batch norm uses the moments of the batch.
bool uses_batch(const LayerOptions& options, const RunMode& mode) {
  return !options.frozen && (mode.training || mode.batch_statistics);
}
// Whether a layer's running statistics may move.
bool keeps_statistics(const LayerOptions& options) {
  return options.kind == LayerKind::kBatchNorm && !options.frozen;
}

}  // namespace

void Plan::write_draws(const RunMode& mode, DropoutDraw* draws) const {
  const double* rates = mode.dropout_rates;
  for (size_t index = 0; index < layers_.size(); ++index) {
    const bool drops = layers_[index].options.kind == LayerKind::kDropout;
    const double rate = drops && rates != nullptr ? *rates++ : 0;
    draws[index] = {
        random_stream({mode.seed, Purpose::kDropout, mode.step, mode.part << 32 | index}),
        static_cast<float>(rate), static_cast<float>(1 / (1 - rate))};
  }
}

Dropout Plan::dropout(size_t index, const RunMode& mode, const float* x, float* y) const {
  const LayerOptions& options = layers_[index].options;
  const DropoutDraw* own = static_cast<DropoutDraw*>(draws_.get());
  return {.draw = (mode.draws != nullptr ? mode.draws : own) + index,
          .x = x,
          .y = y,
          .length = batch_rows_ * options.outputs};
}

void Plan::forward_layer(size_t index, const RunMode& mode) {
  const Layer& layer = layers_[index];
  const LayerOptions& options = layer.options;
  const float* x = value(options.from);
  float* y = value(index + 1);
  const int64_t length = batch_rows_ * options.outputs;
  const auto slope = static_cast<float>(options.slope);
  switch (options.kind) {
    case LayerKind::kDense: {
      float* before = derivative_from_output(options.activation) ? nullptr : kept(index);
      return backend_.dense_forward({x, layer.weight, layer.bias, y, before, batch_rows_,
                                     options.inputs, options.outputs, options.activation, slope});
    }
    case LayerKind::kActivation:
      return backend_.activation_forward({options.activation, slope, x, y, length});
    case LayerKind::kSoftmax:
      return backend_.softmax_forward({x, y, batch_rows_, options.outputs});
    case LayerKind::kDropout:
      if (mode.training) return backend_.dropout(dropout(index, mode, x, y));
      return backend_.activation_forward({Activation::kNone, 0, x, y, length});
    case LayerKind::kBatchNorm:
      return forward_batch_norm(index, mode);
    case LayerKind::kLayerNorm: {
      const int64_t rows = norm_rows(options);
      return backend_.layer_norm_forward({x, layer.weight, layer.bias, y, kept(index),
                                          kept(index) + rows, rows, options.columns,
                                          options.epsilon});
    }
    case LayerKind::kEmbedding:
      return backend_.embedding_forward(
          {x, layer.weight, y, batch_rows_ * options.inputs, options.columns});
    case LayerKind::kAdd:
      return backend_.add({x, value(options.other), y, length});
  }
}

Moments Plan::batch_moments(size_t index) const {
  const int64_t columns = layers_[index].options.columns;
  return {kept(index), kept(index) + columns, columns};
}

void Plan::forward_batch_norm(size_t index, const RunMode& mode) {
  const Layer& layer = layers_[index];
  const LayerOptions& options = layer.options;
  const float* x = value(options.from);
  const int64_t rows = norm_rows(options);
  Moments moments = layer.running;
  if (uses_batch(options, mode)) {
    moments = batch_moments(index);
    backend_.batch_moments({x, moments.mean, moments.variance, rows, options.columns});
  }
  backend_.batch_norm_forward({x, moments.mean, moments.variance, layer.weight, layer.bias,
                               value(index + 1), rows, options.columns, options.epsilon});
}

bool Plan::forward(const RunMode& mode) {
  if (mode.training && mode.draws == nullptr) {
    std::vector<DropoutDraw> draws(layers_.size());
    write_draws(mode, draws.data());
    backend_.memory().write(draws_.get(), draws.data(), draws.size() * sizeof(DropoutDraw));
  }
  for (size_t index = 0; index < layers_.size(); ++index) {
    if (cancelled(mode)) return false;
    forward_layer(index, mode);
  }
  return true;
}

void Plan::run_loss(float* gradient, int32_t* halted) {
  backend_.loss({.kind = loss_,
                 .delta = loss_parameter_,
                 .x = outputs(),
                 .classes = sparse_ ? place().classes : nullptr,
                 .values = sparse_ ? nullptr : place().values,
                 .dx = gradient,
                 .row_losses = reinterpret_cast<double*>(rows_.tensor(0, 0)),
                 .row_correct = reinterpret_cast<int32_t*>(rows_.tensor(0, 1)),
                 .rows = batch_rows_,
                 .columns = layers_.back().options.outputs,
                 .result = static_cast<LossResult*>(loss_place_.get()),
                 .halted = halted});
}

void Plan::read_loss(LossResult* result) {
  Memory& memory = backend_.memory();
  memory.read(result, loss_place_.get(), sizeof *result);
  if (result->bad_classes == 0) return;
  std::vector<int32_t> labels(batch_rows_);
  memory.read(labels.data(), place().classes, labels.size() * sizeof(int32_t));
  check_classes(labels.data(), batch_rows_, layers_.back().options.outputs);
}

void Plan::loss(LossResult* result) {
  run_loss(gradient(backward_.first), nullptr);
  read_loss(result);
}

void Plan::backward_layer(size_t index, const RunMode& mode, float* dy, float* dx) {
  const Layer& layer = layers_[index];
  const LayerOptions& options = layer.options;
  const float* x = value(options.from);
  const float* y = value(index + 1);
  const int64_t length = batch_rows_ * options.outputs;
  const auto slope = static_cast<float>(options.slope);
  switch (options.kind) {
    case LayerKind::kDense: {
      const float* before = derivative_from_output(options.activation) ? nullptr : kept(index);
      return backend_.dense_backward({x, layer.weight, y, before, dy, layer.weight_gradient,
                                      layer.bias_gradient, dx, batch_rows_, options.inputs,
                                      options.outputs, options.activation, slope});
    }
    case LayerKind::kActivation:
      return backend_.activation_backward({options.activation, slope, x, y, dy, dx, length});
    case LayerKind::kSoftmax:
      return backend_.softmax_backward({y, dy, dx, batch_rows_, options.outputs});
    case LayerKind::kDropout:
      if (mode.training) backend_.dropout(dropout(index, mode, dy, dx));
      return;  // else in place: the identity
    case LayerKind::kBatchNorm: {
      const bool of_batch = uses_batch(options, mode);
      const Moments moments = of_batch ? batch_moments(index) : layer.running;
      return backend_.batch_norm_backward(
          {x, moments.mean, moments.variance, layer.weight, dy, dx, layer.weight_gradient,
           layer.bias_gradient, norm_rows(options), options.columns, options.epsilon, of_batch});
    }
    case LayerKind::kLayerNorm: {
      const int64_t rows = norm_rows(options);
      return backend_.layer_norm_backward({x, kept(index), kept(index) + rows, layer.weight, dy, dx,
                                           layer.weight_gradient, layer.bias_gradient, rows,
                                           options.columns});
    }
    case LayerKind::kEmbedding:
      return backend_.embedding_backward({x, dy, layer.weight_gradient,
                                          batch_rows_ * options.inputs, options.count,
                                          options.columns});
    case LayerKind::kAdd:  // copies and sums of the plan's
      return;
  }
}

void Plan::run(const BackwardStep& step, const RunMode& mode) {
  float *from = gradient(step.from), *to = gradient(step.to);
  const int64_t length = batch_rows_ * step.width;
  switch (step.kind) {
    case BackwardStep::Kind::kLayer:
      return backward_layer(step.layer, mode, from, to);
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

std::vector<Plan::Statistics> Plan::statistics() const {
  std::vector<Statistics> all;
  for (size_t index = 0; index < layers_.size(); ++index) {
    const Layer& layer = layers_[index];
    if (!keeps_statistics(layer.options)) continue;
    all.push_back(
        {batch_moments(index), layer.running, norm_rows(layer.options), layer.options.unbiased});
  }
  return all;
}

void Plan::keep_statistics(const int32_t* halted) {
  for (size_t index = 0; index < layers_.size(); ++index) {
    const Layer& layer = layers_[index];
    if (!keeps_statistics(layer.options)) continue;
    const Moments batch = batch_moments(index);
    const auto rows = static_cast<double>(norm_rows(layer.options));
    backend_.batch_norm_update({.mean = batch.mean,
                                .variance = batch.variance,
                                .running_mean = layer.running.mean,
                                .running_variance = layer.running.variance,
                                .columns = batch.columns,
                                .momentum = layer.options.momentum,
                                .correction = layer.options.unbiased ? rows / (rows - 1) : 1,
                                .halted = halted});
  }
}

}  // namespace thalweg
