// Zeroed host memory, aligned to 64 bytes, that its object owns. A failed allocation throws MEMORY.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include "core/error.h"
#include "core/round.h"

namespace thalweg {

inline constexpr size_t kAlignment = 64;

template <class T>
class Aligned {
 public:
  Aligned() = default;
  explicit Aligned(size_t length) : length_(length) {
    if (length == 0) return;
    size_t bytes = 0;
    if (__builtin_mul_overflow(length, sizeof(T), &bytes) || bytes > SIZE_MAX - kAlignment)
      throw Error(
          {ErrorCode::kOverflow, "length", std::to_string(length), "a size in bytes below 2^64"});
    bytes = round_up(bytes, kAlignment);
    data_ = static_cast<T*>(std::aligned_alloc(kAlignment, bytes));
    if (data_ == nullptr)
      throw Error({ErrorCode::kMemory, "length", std::to_string(bytes) + " bytes",
                   "an allocation that fits this machine", "use a smaller model or batch"});
    std::memset(static_cast<void*>(data_), 0, bytes);
  }
  Aligned(Aligned&& other) noexcept { swap(other); }
  Aligned& operator=(Aligned&& other) noexcept {
    swap(other);
    return *this;
  }
  Aligned(const Aligned&) = delete;
  Aligned& operator=(const Aligned&) = delete;
  ~Aligned() { std::free(data_); }

  T* data() { return data_; }
  const T* data() const { return data_; }
  size_t size() const { return length_; }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }

 private:
  void swap(Aligned& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(length_, other.length_);
  }
  T* data_ = nullptr;
  size_t length_ = 0;
};

}  // namespace thalweg
