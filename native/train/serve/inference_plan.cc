#include "train/serve/inference_plan.h"

#include <algorithm>
#include <string>
#include <utility>

namespace thalweg {

InferencePlan::InferencePlan(const Layers& layers, const MemoryLimit& limit, Backend& backend)
    : layers_(layers), limit_(limit), backend_(backend), slots_(plan_values(layers)) {
  for (const auto& layer : layers_) read_.reserve(std::max(read_.capacity(), layer->from().size()));
}

std::vector<int64_t> InferencePlan::lengths(int64_t rows) const {
  std::vector<int64_t> lengths(kShared, 0);
  for (const auto& layer : layers_) {
    lengths[0] = std::max(lengths[0], layer->workspace(rows));
    lengths[1] = std::max(lengths[1], layer->kept(rows));
    if (backend_.queued() != nullptr) lengths[2] = std::max(lengths[2], layer->scratch(rows));
  }
  lengths[2] *= static_cast<int64_t>(sizeof(double) / sizeof(float));
  for (const int64_t width : slots_.widths) lengths.push_back(rows * width);
  return lengths;
}

void InferencePlan::reserve(int64_t rows) {
  if (rows <= rows_) return;
  int64_t widest = 1;
  for (const int64_t width : slots_.widths) widest = std::max(widest, width);
  // A layer needs at most four numbers for each of its outputs, and refuses itself what else would
  // be too large.
  constexpr int64_t kMost = int64_t{1} << 55;
  if (rows > kMost / widest)
    throw Error({ErrorCode::kOverflow, "batchSize",
                 std::to_string(rows) + " rows of " + std::to_string(widest) + " numbers",
                 "at most 2^55 numbers", "use a smaller batch"});
  const std::vector<int64_t> wanted = lengths(rows);
  limit_.require(Arena::bytes_for(wanted, 1));
  buffers_ = Arena(wanted, 1, backend_.memory());
  rows_ = rows;
}

void InferencePlan::run(const float* inputs, int64_t rows, size_t layers, float* outputs,
                        const CancelFlag* cancel) {
  reserve(rows);
  Memory& memory = backend_.memory();
  memory.write(value(0), inputs, rows * layers_.front()->inputs() * sizeof(float));
  for (size_t index = 0; index < layers; ++index) {
    refuse_cancelled(cancel);
    const Layer& layer = *layers_[index];
    read_.clear();
    for (const int64_t from : layer.from()) read_.push_back(value(from));
    layer.forward({.backend = backend_,
                   .rows = rows,
                   .x = read_,
                   .y = value(index + 1),
                   .kept = buffers_.tensor(0, 1),
                   .workspace = buffers_.tensor(0, 0),
                   .scratch = reinterpret_cast<double*>(buffers_.tensor(0, 2)),
                   .training = false,
                   .batch_statistics = false,
                   .draw = nullptr});
  }
  memory.read(outputs, value(layers), rows * layers_[layers - 1]->outputs() * sizeof(float));
}

}  // namespace thalweg
