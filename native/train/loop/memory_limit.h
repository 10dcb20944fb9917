// The number of bytes that a trainer may hold. It is checked before any of them is allocated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/error.h"

namespace thalweg {

struct MemoryLimit {
  size_t bytes = SIZE_MAX;
  size_t held = 0;  // during the trainer's life: weights, gradients, slots

  // Throws MEMORY where `more` bytes besides the held ones would exceed the limit.
  void require(size_t more) const {
    size_t needed = 0;
    if (__builtin_add_overflow(held, more, &needed)) needed = SIZE_MAX;
    if (needed <= bytes) return;
    throw Error({ErrorCode::kMemory, "memoryLimit", std::to_string(needed) + " bytes",
                 "at most " + std::to_string(bytes) + " bytes for a trainer",
                 "use a smaller model or batch, or another limit"});
  }
};

// Counts so many more bytes as held during its own life.
class HeldMemory {
 public:
  HeldMemory(MemoryLimit& limit, size_t bytes) : limit_(limit), bytes_(bytes) {
    limit_.held += bytes_;
  }
  ~HeldMemory() { limit_.held -= bytes_; }
  HeldMemory(const HeldMemory&) = delete;
  HeldMemory& operator=(const HeldMemory&) = delete;

 private:
  MemoryLimit& limit_;
  size_t bytes_;
};

}  // namespace thalweg
