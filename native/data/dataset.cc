#include "data/dataset.h"

#include <atomic>

namespace thalweg::data {

static uint64_t next_serial() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

Dataset::Dataset(const RowFormat& format) : serial_(next_serial()), format_(format) {}

Dataset::~Dataset() = default;

}  // namespace thalweg::data
