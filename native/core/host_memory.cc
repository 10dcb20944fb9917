#include "core/host_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "core/error.h"
#include "core/memory.h"
#include "core/round.h"

namespace thalweg {

namespace {

constexpr size_t kHugePage = size_t{2} << 20;
// The system locks the process's map while it frees pages, and other threads that map memory wait
// for it: an event loop for 30 to 80 ms where gigabytes are freed at once.
constexpr size_t kFreedAtOnce = 8 * kHugePage;

[[noreturn]] void refuse(size_t bytes) {
  throw Error({ErrorCode::kMemory, "allocation", std::to_string(bytes) + " bytes",
               "an allocation that fits this machine", "use a smaller model, batch or data set"});
}

// Maps `bytes`, a multiple of kHugePage, at a multiple of kHugePage. To align the start, it maps
// one huge page more and unmaps both ends.
void* map_aligned(size_t bytes) {
  void* raw =
      mmap(nullptr, bytes + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (raw == MAP_FAILED) return nullptr;
  const auto start = reinterpret_cast<uintptr_t>(raw);
  const uintptr_t aligned = round_up(start, kHugePage);
  if (aligned > start) munmap(raw, aligned - start);
  const size_t behind = start + kHugePage - aligned;
  if (behind > 0) munmap(reinterpret_cast<void*>(aligned + bytes), behind);
  void* data = reinterpret_cast<void*>(aligned);
  madvise(data, bytes, MADV_HUGEPAGE);
  return data;
}

}  // namespace

HostMemory::HostMemory(size_t bytes) {
  if (bytes == 0) return;
  if (bytes > SIZE_MAX / 4) refuse(bytes);
  const size_t unit = bytes < kHugePage ? size_t{4096} : kHugePage;
  bytes_ = round_up(bytes, unit);
  if (unit == kHugePage) {
    data_ = map_aligned(bytes_);
  } else {
    data_ = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (data_ == MAP_FAILED) data_ = nullptr;
  }
  if (data_ == nullptr) refuse(bytes);
}

HostMemory::HostMemory(HostMemory&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

HostMemory& HostMemory::operator=(HostMemory&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

HostMemory::~HostMemory() {
  if (data_ == nullptr) return;
  for (size_t end = bytes_; end > 0; end -= std::min(end, kFreedAtOnce)) {
    const size_t begin = end - std::min(end, kFreedAtOnce);
    munmap(static_cast<char*>(data_) + begin, end - begin);
  }
}

namespace {

class HostPages final : public Memory {
 public:
  std::shared_ptr<void> allocate(size_t bytes) override {
    auto owner = std::make_shared<HostMemory>(bytes);
    void* data = owner->data();
    return {std::move(owner), data};
  }
  void write(void* to, const void* from, size_t bytes) override { copy(to, from, bytes); }
  void read(void* to, const void* from, size_t bytes) override { copy(to, from, bytes); }
  void zero(void* place, size_t bytes) override {
    if (bytes > 0) std::memset(place, 0, bytes);
  }

 private:
  static void copy(void* to, const void* from, size_t bytes) {
    if (bytes > 0) std::memcpy(to, from, bytes);
  }
};

}  // namespace

Memory& host_memory() {
  static HostPages& pages = *new HostPages;
  return pages;
}

}  // namespace thalweg
