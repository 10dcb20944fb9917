// A plan's memory: it holds what the layers read and write, for batches of up to so many rows.
#include "train/plan/plan.h"

#include <algorithm>

namespace thalweg {

Plan::Plan(const Network& network, const Arena& arena, const Arena& statistics,
           const MemoryLimit& limit, Backend& backend)
    : network_(network),
      statistics_(statistics),
      limit_(limit),
      backward_(plan_backward(network.layers)),
      backend_(backend) {
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

int64_t Plan::scratch_length(int64_t rows) const {
  if (backend_.queued() == nullptr) return 0;
  int64_t longest = 0;
  for (const auto& layer : network_.layers) longest = std::max(longest, layer->scratch(rows));
  return longest * static_cast<int64_t>(sizeof(double) / sizeof(float));
}

// Throws OVERFLOW where the size of a batch would overflow. A layer needs at most four numbers for
// each of its outputs, and refuses itself what else would be too large.
void Plan::check_sizes(int64_t rows, int64_t label_width) const {
  int64_t widest = std::max(network_.inputs(), label_width);
  for (const auto& layer : network_.layers) widest = std::max(widest, layer->outputs());
  constexpr int64_t kMost = int64_t{1} << 56;
  if (rows > kMost / 2 / std::max<int64_t>(widest, 1))
    throw Error({ErrorCode::kOverflow, "batchSize",
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
  for (const auto& layer : network_.layers)
    lengths[0] = std::max(lengths[0], layer->workspace(rows));
  for (const auto& layer : network_.layers) lengths.push_back(rows * layer->outputs());
  for (const auto& layer : network_.layers) lengths.push_back(layer->kept(rows));
  for (const int64_t width : backward_.widths) lengths.push_back(rows * width);
  const std::vector<int64_t> of_inputs{rows * network_.inputs()};
  const std::vector<int64_t> of_labels{rows * std::max<int64_t>(label_width, 1)};
  const std::vector<int64_t> of_rows{rows * 2, rows, scratch_length(rows)};
  // Everything is allocated before anything is replaced. Without memory the old buffers stay.
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
