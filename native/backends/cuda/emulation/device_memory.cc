#include "backends/cuda/emulation/device_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>

#include "backends/cuda/emulation/chance.h"
#include "backends/cuda/emulation/faults.h"
#include "backends/cuda/emulation/streams.h"

namespace emulation {

namespace {

constexpr size_t kRegion = size_t{64} << 30;
constexpr size_t kPage = 4096;
constexpr size_t kAlignment = 256;  // cudaMalloc promises this alignment
constexpr int kUnwritten = 0xFF;    // this byte makes every float a NaN
// Opening and closing takes time for each page. A larger memory than this therefore stays open now
// and then.
constexpr size_t kAlwaysClosed = size_t{1} << 20;
constexpr int kGuardInstall = 102, kGuardRemove = 103;  // MADV_GUARD_* of Linux 6.13

struct Allocation {
  char* begin;   // its first page
  size_t pages;  // size of its pages in bytes, without the guard page
  size_t bytes;  // the size that was asked for
};

struct Region {
  char* base = nullptr;
  size_t top = 0;   // bytes of the region that are in use so far
  size_t used = 0;  // all sizes that were asked for
  int accesses = 0;
  bool is_open = false;
  std::map<char*, Allocation> live;         // by the address that cudaMalloc returned
  std::multimap<size_t, char*> free_pages;  // by size, the last freed first
};
Region& region() {
  static Region& shared = *new Region;
  return shared;
}

size_t round_to(size_t bytes, size_t unit) { return (bytes + unit - 1) / unit * unit; }

void protect(int rights) {
  Region& memory = region();
  if (memory.top != 0 && mprotect(memory.base, memory.top, rights) != 0) {
    std::perror("emulated device memory");
    std::abort();
  }
  memory.is_open = rights != PROT_NONE;
}

// Returns pages for `bytes` with a guard page behind them, or null where none are left.
char* take_pages(size_t bytes) {
  Region& memory = region();
  const auto known = memory.free_pages.find(bytes);
  if (known != memory.free_pages.end()) {
    char* begin = known->second;
    memory.free_pages.erase(known);
    madvise(begin, bytes, kGuardRemove);
    return begin;
  }
  if (memory.base == nullptr) {
    void* base =
        mmap(nullptr, kRegion, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED) return nullptr;
    memory.base = static_cast<char*>(base);
  }
  if (memory.top + bytes + kPage > kRegion) return nullptr;
  char* begin = memory.base + memory.top;
  memory.top += bytes + kPage;
  madvise(begin + bytes, kPage, kGuardInstall);
  if (memory.is_open) protect(PROT_READ | PROT_WRITE);
  return begin;
}

void give_pages(const Allocation& allocation) {
  // Without guard pages, freed memory reads as zeros.
  if (madvise(allocation.begin, allocation.pages, kGuardInstall) != 0)
    madvise(allocation.begin, allocation.pages, MADV_DONTNEED);
  region().free_pages.insert(region().free_pages.lower_bound(allocation.pages),
                             {allocation.pages, allocation.begin});
}

// Returns false where a kernel wrote to these bytes, which lie beside an allocation.
bool is_unwritten(const char* begin, const char* end) {
  return std::all_of(begin, end, [](char byte) { return byte == static_cast<char>(kUnwritten); });
}

void check_borders(const char* data, const Allocation& allocation) {
  const Access access;
  if (is_unwritten(allocation.begin, data) &&
      is_unwritten(data + allocation.bytes, allocation.begin + allocation.pages))
    return;
  std::fprintf(stderr, "emulated GPU: work wrote beside an allocation of %zu bytes\n",
               allocation.bytes);
  lose_device(cudaErrorIllegalAddress, false);
}

cudaError_t allocate(void** data, size_t bytes) {
  Region& memory = region();
  if (memory.used + bytes > memory_bytes() || allocation_fails()) return cudaErrorMemoryAllocation;
  const size_t pages = round_to(std::max(bytes, size_t{1}), kPage);
  char* begin = take_pages(pages);
  if (begin == nullptr) return cudaErrorMemoryAllocation;
  // The allocation lies at the end of its pages, right before the guard page.
  char* place = begin + pages - round_to(bytes, kAlignment);
  const Access access;
  std::memset(begin, kUnwritten, pages);
  memory.live[place] = {begin, pages, bytes};
  memory.used += bytes;
  *data = place;
  return cudaSuccess;
}

}  // namespace

size_t memory_bytes() {
  const std::string wanted = environment("THALWEG_EMULATED_BYTES");
  return wanted.empty() ? size_t{8} << 30 : std::stoull(wanted);
}

Access::Access() {
  if (region().accesses++ == 0 && !region().is_open) protect(PROT_READ | PROT_WRITE);
}

Access::~Access() {
  Region& memory = region();
  if (--memory.accesses != 0) return;
  if (memory.used <= kAlwaysClosed || roll(memory.used / kAlwaysClosed) == 0) protect(PROT_NONE);
}

void close_memory() {
  if (region().accesses == 0 && region().is_open) protect(PROT_NONE);
}

bool is_device_memory(const void* data, size_t bytes) {
  const Region& memory = region();
  auto next = memory.live.upper_bound(const_cast<char*>(static_cast<const char*>(data)));
  if (next == memory.live.begin()) return false;
  const auto& [begin, allocation] = *--next;
  return static_cast<const char*>(data) + bytes <= begin + allocation.bytes;
}

bool touches_device_memory(const void* data, size_t bytes) {
  const Region& memory = region();
  const char* begin = static_cast<const char*>(data);
  return memory.base != nullptr && begin < memory.base + memory.top && begin + bytes > memory.base;
}

}  // namespace emulation

cudaError_t cudaMalloc(void** data, size_t bytes) {
  const emulation::Lock lock;
  THALWEG_EMULATED_CALL();
  if (emulation::refuse_in_capture()) return cudaErrorStreamCaptureUnsupported;
  return emulation::allocate(data, bytes);
}

// Waits for all work of the device, as CUDA does.
cudaError_t cudaFree(void* data) {
  const emulation::Lock lock;
  if (data == nullptr) return emulation::sticky_error();
  if (emulation::refuse_in_capture()) return cudaErrorStreamCaptureUnsupported;
  emulation::run_all();
  emulation::Region& memory = emulation::region();
  const auto found = memory.live.find(static_cast<char*>(data));
  if (found == memory.live.end()) return cudaErrorInvalidValue;
  emulation::check_borders(found->first, found->second);
  emulation::give_pages(found->second);
  memory.used -= found->second.bytes;
  memory.live.erase(found);
  return emulation::sticky_error();
}

cudaError_t cudaMemGetInfo(size_t* free, size_t* total) {
  const emulation::Lock lock;
  THALWEG_EMULATED_CALL();
  *total = emulation::memory_bytes();
  *free = *total - std::min(*total, emulation::region().used);
  return cudaSuccess;
}
