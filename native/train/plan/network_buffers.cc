#include "train/plan/network_buffers.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/error.h"

namespace thalweg {

NetworkBuffers::NetworkBuffers(const Network& network, std::vector<int64_t> gradient_widths,
                               const MemoryLimit& limit, Backend& backend)
    : network_(network),
      gradient_widths_(std::move(gradient_widths)),
      limit_(limit),
      backend_(backend) {}

int64_t NetworkBuffers::scratch_length(int64_t rows) const {
  if (backend_.queued() == nullptr) return 0;
  int64_t longest = 0;
  for (const auto& layer : network_.layers) longest = std::max(longest, layer->scratch(rows));
  return longest * static_cast<int64_t>(sizeof(double) / sizeof(float));
}

// A layer needs at most four numbers for each of its outputs, and refuses itself what else would be
// too large.
void NetworkBuffers::check_sizes(int64_t rows, int64_t label_width) const {
  int64_t widest = std::max(network_.inputs(), label_width);
  for (const auto& layer : network_.layers) widest = std::max(widest, layer->outputs());
  constexpr int64_t kMost = int64_t{1} << 56;
  if (rows > kMost / 2 / std::max<int64_t>(widest, 1))
    throw Error({ErrorCode::kOverflow, "batchSize",
                 std::to_string(rows) + " rows of " + std::to_string(widest) + " numbers",
                 "at most 2^55 numbers", "use a smaller batch"});
}

std::vector<int64_t> NetworkBuffers::buffer_lengths(int64_t rows) const {
  std::vector<int64_t> lengths{0};
  for (const auto& layer : network_.layers)
    lengths[0] = std::max(lengths[0], layer->workspace(rows));
  for (const auto& layer : network_.layers) lengths.push_back(rows * layer->outputs());
  for (const auto& layer : network_.layers) lengths.push_back(layer->kept(rows));
  for (const int64_t width : gradient_widths_) lengths.push_back(rows * width);
  return lengths;
}

void NetworkBuffers::reserve(int64_t rows, int64_t label_width, int places) {
  if (rows <= rows_reserved_ && label_width <= label_width_ && places <= places_) return;
  rows = std::max(rows, rows_reserved_);
  label_width = std::max(label_width, label_width_);
  places = std::max(places, places_);
  check_sizes(rows, label_width);
  const std::vector<int64_t> lengths = buffer_lengths(rows);
  const std::vector<int64_t> of_inputs{rows * network_.inputs()};
  const std::vector<int64_t> of_labels{rows * std::max<int64_t>(label_width, 1), rows};
  const std::vector<int64_t> of_rows{rows * 2, rows, scratch_length(rows)};
  // Everything is allocated before anything is replaced. Without memory the old buffers stay.
  limit_.require(bytes() + Arena::bytes_for(lengths, 1) + Arena::bytes_for(of_inputs, places) +
                 Arena::bytes_for(of_labels, places) + Arena::bytes_for(of_rows, 1));
  Memory& memory = backend_.memory();
  Arena buffers(lengths, 1, memory);
  Arena inputs(of_inputs, places, memory);
  Arena labels(of_labels, places, memory);
  Arena row_values(of_rows, 1, memory);
  buffers_ = std::move(buffers);
  inputs_ = std::move(inputs);
  labels_ = std::move(labels);
  rows_ = std::move(row_values);
  rows_reserved_ = rows;
  label_width_ = label_width;
  places_ = places;
  ++generation_;
}

BatchPlace NetworkBuffers::place(int calls) const {
  const int place = (place_ + calls) % places_;
  float* labels = labels_.tensor(place, 0);
  return {inputs_.tensor(place, 0), reinterpret_cast<int32_t*>(labels), labels,
          labels_.tensor(place, 1)};
}

void NetworkBuffers::set_batch(int64_t rows, BatchFormat format) {
  batch_rows_ = rows;
  format_ = format;
}

}  // namespace thalweg
