// A plan's memory: what its layers read and write, for batches of up to so many rows.
#include "train/plan.h"

#include <algorithm>

namespace thalweg {

Plan::Plan(const NetworkOptions& network, const Arena& arena, const Arena& statistics,
           const MemoryLimit& limit, Backend& backend)
    : statistics_(statistics),
      limit_(limit),
      backward_(plan_backward(network.layers)),
      loss_(network.loss),
      loss_parameter_(static_cast<float>(network.loss_parameter)),
      backend_(backend) {
  size_t parameter = 0, statistic = 0;
  const auto next = [&](float** values, float** gradient) {
    *values = arena.tensor(0, parameter);
    if (gradient != nullptr) *gradient = arena.tensor(1, parameter);
    ++parameter;
  };
  for (const LayerOptions& options : network.layers) {
    Layer layer{.options = options};
    if (has_weight(options))
      next(&layer.weight, options.trains_weight ? &layer.weight_gradient : nullptr);
    if (options.use_bias) next(&layer.bias, options.trains_bias ? &layer.bias_gradient : nullptr);
    if (options.kind == LayerKind::kBatchNorm) {
      layer.running = {statistics.tensor(0, statistic), statistics.tensor(0, statistic + 1),
                       options.columns};
      statistic += 2;
    }
    layers_.push_back(layer);
  }
  draws_ = backend_.memory().allocate(layers_.size() * sizeof(DropoutDraw));
  loss_place_ = backend_.memory().allocate(sizeof(LossResult));
}

void Plan::use(const std::vector<float*>& parameters, int statistics) {
  size_t parameter = 0, statistic = 0;
  for (Layer& layer : layers_) {
    if (layer.weight != nullptr) layer.weight = parameters[parameter++];
    if (layer.bias != nullptr) layer.bias = parameters[parameter++];
    if (layer.options.kind != LayerKind::kBatchNorm) continue;
    layer.running.mean = statistics_.tensor(statistics, statistic++);
    layer.running.variance = statistics_.tensor(statistics, statistic++);
  }
}

int64_t Plan::kept_length(const LayerOptions& options, int64_t rows) const {
  switch (options.kind) {
    case LayerKind::kDense:
      return derivative_from_output(options.activation) ? 0 : rows * options.outputs;
    case LayerKind::kBatchNorm:
      return 2 * options.columns;
    case LayerKind::kLayerNorm:
      return 2 * rows * (options.outputs / options.columns);
    default:
      return 0;
  }
}

// OVERFLOW where numbers of a batch cannot be counted, at most two for each of a layer's.
void Plan::check_sizes(int64_t rows, int64_t label_width) const {
  int64_t widest = std::max(layers_.front().options.inputs, label_width);
  for (const Layer& layer : layers_) widest = std::max(widest, layer.options.outputs);
  constexpr int64_t kMost = int64_t{1} << 56;
  if (rows > kMost / 2 / std::max<int64_t>(widest, 1))
    throw Error({"OVERFLOW", "batchSize",
                 std::to_string(rows) + " rows of " + std::to_string(widest) + " numbers",
                 "at most 2^55 numbers", "use a smaller batch"});
}

void Plan::reserve(int64_t rows, int64_t label_width, int sides) {
  if (rows <= rows_reserved_ && label_width <= label_width_ && sides <= sides_) return;
  rows = std::max(rows, rows_reserved_);
  label_width = std::max(label_width, label_width_);
  sides = std::max(sides, sides_);
  check_sizes(rows, label_width);
  std::vector<int64_t> lengths{0};
  for (const Layer& layer : layers_) lengths.push_back(rows * layer.options.outputs);
  for (const Layer& layer : layers_) lengths.push_back(kept_length(layer.options, rows));
  for (const int64_t width : backward_.widths) lengths.push_back(rows * width);
  const std::vector<int64_t> of_inputs{rows * layers_.front().options.inputs};
  const std::vector<int64_t> of_labels{rows * std::max<int64_t>(label_width, 1)};
  const std::vector<int64_t> of_rows{rows * 2, rows};
  // All are there before any takes its place: without memory the old ones stay.
  limit_.require(bytes() + Arena::bytes_for(lengths, 1) + Arena::bytes_for(of_inputs, sides) +
                 Arena::bytes_for(of_labels, sides) + Arena::bytes_for(of_rows, 1));
  Memory& memory = backend_.memory();
  Arena buffers(lengths, 1, memory);
  Arena inputs(of_inputs, sides, memory);
  Arena labels(of_labels, sides, memory);
  Arena row_values(of_rows, 1, memory);
  buffers_ = std::move(buffers);
  inputs_ = std::move(inputs);
  labels_ = std::move(labels);
  rows_ = std::move(row_values);
  rows_reserved_ = rows;
  label_width_ = label_width;
  sides_ = sides;
  ++generation_;
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

}  // namespace thalweg
