#include "train/plan.h"

#include <algorithm>

#include "backends/check_classes.h"

namespace thalweg {

namespace {

bool cancelled(const RunMode& mode) { return mode.cancel != nullptr && mode.cancel->is_set(); }

}  // namespace

Plan::Plan(const NetworkOptions& network, const Arena& arena, Backend& backend)
    : loss_(network.loss),
      loss_parameter_(static_cast<float>(network.loss_parameter)),
      backend_(backend) {
  size_t parameter = 0;
  for (const LayerOptions& options : network.layers) {
    Layer layer{.options = options};
    if (options.kind == LayerKind::kDense) {
      layer.weight = arena.tensor(0, parameter);
      layer.weight_gradient = arena.tensor(1, parameter++);
      if (options.use_bias) {
        layer.bias = arena.tensor(0, parameter);
        layer.bias_gradient = arena.tensor(1, parameter++);
      }
    }
    layers_.push_back(layer);
  }
  streams_ = backend_.memory().allocate(layers_.size() * sizeof(RandomStream));
  loss_place_ = backend_.memory().allocate(sizeof(LossResult));
}

void Plan::use(const std::vector<float*>& parameters) {
  size_t parameter = 0;
  for (Layer& layer : layers_) {
    if (layer.weight != nullptr) layer.weight = parameters[parameter++];
    if (layer.bias != nullptr) layer.bias = parameters[parameter++];
  }
}

void Plan::reserve(int64_t rows, int64_t label_width, int sides) {
  if (rows <= rows_reserved_ && label_width <= label_width_ && sides <= sides_) return;
  rows = std::max(rows, rows_reserved_);
  label_width = std::max(label_width, label_width_);
  sides = std::max(sides, sides_);
  std::vector<int64_t> lengths{0};
  int64_t widest = 0;
  for (const Layer& layer : layers_) {
    lengths.push_back(rows * layer.options.outputs);
    widest = std::max({widest, layer.options.outputs, layer.options.inputs});
  }
  for (const Layer& layer : layers_) {
    const bool keeps = layer.options.kind == LayerKind::kDense &&
                       !derivative_from_output(layer.options.activation);
    lengths.push_back(keeps ? rows * layer.options.outputs : 0);
  }
  lengths.insert(lengths.end(), 2, rows * widest);
  // All are there before any takes its place: without memory the old ones stay.
  Memory& memory = backend_.memory();
  Arena buffers(lengths, 1, memory);
  Arena inputs({rows * layers_.front().options.inputs}, sides, memory);
  Arena labels({rows * std::max<int64_t>(label_width, 1)}, sides, memory);
  Arena row_values({rows * 2, rows}, 1, memory);
  buffers_ = std::move(buffers);
  inputs_ = std::move(inputs);
  labels_ = std::move(labels);
  rows_ = std::move(row_values);
  rows_reserved_ = rows;
  label_width_ = label_width;
  sides_ = sides;
  ++generation_;
}

void Plan::write_streams(uint64_t seed, uint64_t step, RandomStream* streams) const {
  for (size_t index = 0; index < layers_.size(); ++index)
    streams[index] = random_stream({seed, Purpose::kDropout, step, index});
}

BatchPlace Plan::place(int turns) const {
  const int side = (side_ + turns) % sides_;
  float* labels = labels_.base(side);
  return {inputs_.tensor(side, 0), reinterpret_cast<int32_t*>(labels), labels};
}

void Plan::set_batch(int64_t rows, bool sparse_labels) {
  batch_rows_ = rows;
  sparse_ = sparse_labels;
}

Dropout Plan::dropout(size_t index, const RunMode& mode, const float* x, float* y) const {
  const LayerOptions& options = layers_[index].options;
  const RandomStream* own = static_cast<RandomStream*>(streams_.get());
  return {.stream = (mode.streams != nullptr ? mode.streams : own) + index,
          .rate = static_cast<float>(options.rate),
          .scale = static_cast<float>(1 / (1 - options.rate)),
          .x = x,
          .y = y,
          .length = batch_rows_ * options.outputs};
}

void Plan::forward_layer(size_t index, const RunMode& mode) {
  const Layer& layer = layers_[index];
  const LayerOptions& options = layer.options;
  const float* x = activation(index);
  float* y = activation(index + 1);
  const int64_t length = batch_rows_ * options.outputs;
  const auto slope = static_cast<float>(options.slope);
  switch (options.kind) {
    case LayerKind::kDense: {
      float* kept = derivative_from_output(options.activation) ? nullptr : before(index);
      return backend_.dense_forward({x, layer.weight, layer.bias, y, kept, batch_rows_,
                                     options.inputs, options.outputs, options.activation, slope});
    }
    case LayerKind::kActivation:
      return backend_.activation_forward({options.activation, slope, x, y, length});
    case LayerKind::kSoftmax:
      return backend_.softmax_forward({x, y, batch_rows_, options.outputs});
    case LayerKind::kDropout:
      if (mode.training) return backend_.dropout(dropout(index, mode, x, y));
      backend_.activation_forward({Activation::kNone, 0, x, y, length});
  }
}

bool Plan::forward(const RunMode& mode) {
  if (mode.training && mode.streams == nullptr) {
    std::vector<RandomStream> streams(layers_.size());
    write_streams(mode.seed, mode.step, streams.data());
    backend_.memory().write(streams_.get(), streams.data(), streams.size() * sizeof(RandomStream));
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
  run_loss(gradient(0), nullptr);
  read_loss(result);
}

float* Plan::backward_layer(size_t index, const RunMode& mode, float* dy, float* other) {
  const Layer& layer = layers_[index];
  const LayerOptions& options = layer.options;
  const float* x = activation(index);
  const float* y = activation(index + 1);
  const int64_t length = batch_rows_ * options.outputs;
  const auto slope = static_cast<float>(options.slope);
  switch (options.kind) {
    case LayerKind::kDense: {
      const float* kept = derivative_from_output(options.activation) ? nullptr : before(index);
      backend_.dense_backward({x, layer.weight, y, kept, dy, layer.weight_gradient,
                               layer.bias_gradient, index == 0 ? nullptr : other, batch_rows_,
                               options.inputs, options.outputs, options.activation, slope});
      return other;
    }
    case LayerKind::kActivation:
      backend_.activation_backward({options.activation, slope, x, y, dy, dy, length});
      return dy;
    case LayerKind::kSoftmax:
      backend_.softmax_backward({y, dy, dy, batch_rows_, options.outputs});
      return dy;
    case LayerKind::kDropout:
      if (mode.training) backend_.dropout(dropout(index, mode, dy, dy));
      return dy;
  }
  return dy;
}

bool Plan::backward(const RunMode& mode, LossResult* result) {
  if (cancelled(mode)) return false;
  float* dy = gradient(0);
  float* other = gradient(1);
  run_loss(dy, mode.halted);
  for (size_t index = layers_.size(); index-- > 0;) {
    if (cancelled(mode)) return false;
    if (backward_layer(index, mode, dy, other) == other) std::swap(dy, other);
  }
  if (result != nullptr) read_loss(result);
  return true;
}

}  // namespace thalweg
