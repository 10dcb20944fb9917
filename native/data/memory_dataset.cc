#include "data/memory_dataset.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/round.h"
#include "core/threads.h"

namespace thalweg::data {

// The bytes that a thread copies at once.
static constexpr size_t kBytesPerPart = size_t{1} << 18;

MemoryDataset::MemoryDataset(const RowFormat& format, HostMemory inputs, HostMemory labels)
    : Dataset(format), inputs_(std::move(inputs)), labels_(std::move(labels)) {}

void MemoryDataset::gather(const Gather& batch, const Workers& workers) const {
  gather_rows({format(), inputs_.data(), labels_.data()}, batch, workers);
}

void MemoryDataset::copy(Column column, const uint32_t* rows, int64_t count, void* to) const {
  const size_t width = format().row_bytes(column);
  if (width == 0) return;
  const char* from = begin(column);
  const auto per_part = static_cast<int64_t>(std::max<size_t>(1, kBytesPerPart / width));
  parallel_for(ceil_div(count, per_part), thread_count(), [&](int64_t part) {
    for (int64_t i = part * per_part; i < std::min(count, (part + 1) * per_part); ++i)
      std::memcpy(static_cast<char*>(to) + i * width, from + rows[i] * width, width);
  });
}

const void* MemoryDataset::view(Column column, int64_t first, int64_t /* count */,
                                std::vector<char>& /* buffer */) const {
  return begin(column) + first * format().row_bytes(column);
}

}  // namespace thalweg::data
