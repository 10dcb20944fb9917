#include "data/dataset.h"

#include <atomic>
#include <numeric>
#include <string>

#include "core/error.h"

namespace thalweg::data {

static uint64_t next_serial() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

// Each level takes some stack.
static constexpr int kMostDepth = 64;

Dataset::Dataset(const RowFormat& format, int below)
    : serial_(next_serial()), format_(format), depth_(below + 1) {
  if (depth_ > kMostDepth)
    throw Error(
        {ErrorCode::kDepth, "dataset", "more than " + std::to_string(kMostDepth) + " levels",
         "at most " + std::to_string(kMostDepth) + " data sets that are made of one another",
         "copy the rows into a new data set"});
}

Dataset::~Dataset() = default;

const void* Dataset::view_copy(Column column, int64_t first, int64_t count,
                               std::vector<char>& buffer) const {
  std::vector<uint32_t> rows(count);
  std::iota(rows.begin(), rows.end(), static_cast<uint32_t>(first));
  buffer.resize(count * format_.row_bytes(column));
  copy(column, rows.data(), count, buffer.data());
  return buffer.data();
}

}  // namespace thalweg::data
