// This library is preloaded into a process. It makes allocations of the addon fail, as a file says
// that a script of the process writes (test/hazards/starved.mjs).
#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace {

struct Range {
  uintptr_t begin, end;
  bool holds(uintptr_t place) const { return begin <= place && place < end; }
};

struct Orders {
  std::atomic<int64_t> armed;       // 0: nothing fails
  std::atomic<int64_t> countdown;   // the allocation that takes it to 0 fails
  std::atomic<int64_t> persistent;  // 1: and all after that
  std::atomic<int64_t> failed;      // the number of failed allocations
  Range runtime;                    // code of libstdc++, which allocates for its callers
  Range addon;                      // code of the addon
};

Orders* orders = nullptr;

__attribute__((constructor)) void open_orders() {
  void* frames[2];
  backtrace(frames, 2);  // loads what it needs
  const char* name = std::getenv("STARVE_FILE");
  const int file = name == nullptr ? -1 : open(name, O_RDWR);
  if (file < 0) return;
  using Map = decltype(&mmap);
  const auto map = reinterpret_cast<Map>(dlsym(RTLD_NEXT, "mmap"));
  void* place = map(nullptr, sizeof(Orders), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (place != MAP_FAILED) orders = static_cast<Orders*>(place);
}

bool is_addon(uintptr_t place) { return orders->addon.holds(place); }

// Finds the caller, behind libstdc++ where that allocated.
bool is_asked_by_addon(void* caller) {
  if (orders == nullptr) return false;
  const auto place = reinterpret_cast<uintptr_t>(caller);
  if (is_addon(place)) return true;
  if (!orders->runtime.holds(place)) return false;
  void* frames[10];
  const int count = backtrace(frames, 10);
  bool in_runtime = false;
  for (int i = 0; i < count; ++i) {
    const auto frame = reinterpret_cast<uintptr_t>(frames[i]);
    if (orders->runtime.holds(frame))
      in_runtime = true;
    else if (in_runtime)
      return is_addon(frame);
  }
  return false;
}

bool fails(void* caller) {
  if (orders == nullptr || orders->armed.load() == 0 || !is_asked_by_addon(caller)) return false;
  const int64_t left = --orders->countdown;
  if (left > 0 || (left < 0 && orders->persistent.load() == 0)) return false;
  ++orders->failed;
  return true;
}

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

void* __libc_malloc(size_t);
void* __libc_memalign(size_t, size_t);

void* malloc(size_t bytes) {
  if (!fails(__builtin_return_address(0))) return __libc_malloc(bytes);
  errno = ENOMEM;
  return nullptr;
}

void* aligned_alloc(size_t alignment, size_t bytes) {
  if (!fails(__builtin_return_address(0))) return __libc_memalign(alignment, bytes);
  errno = ENOMEM;
  return nullptr;
}

int posix_memalign(void** place, size_t alignment, size_t bytes) {
  *place = fails(__builtin_return_address(0)) ? nullptr : __libc_memalign(alignment, bytes);
  return *place == nullptr ? ENOMEM : 0;
}

void* mmap(void* place, size_t bytes, int protection, int flags, int file, off_t offset) {
  static const auto map = next<decltype(&mmap)>("mmap");
  if (fails(__builtin_return_address(0))) {
    errno = ENOMEM;
    return MAP_FAILED;
  }
  return map(place, bytes, protection, flags, file, offset);
}

}  // extern "C"

void* operator new(size_t bytes) {
  void* place = fails(__builtin_return_address(0)) ? nullptr : __libc_malloc(bytes);
  if (place == nullptr) throw std::bad_alloc();
  return place;
}
void* operator new[](size_t bytes) {
  void* place = fails(__builtin_return_address(0)) ? nullptr : __libc_malloc(bytes);
  if (place == nullptr) throw std::bad_alloc();
  return place;
}
void* operator new(size_t bytes, const std::nothrow_t&) noexcept {
  return fails(__builtin_return_address(0)) ? nullptr : __libc_malloc(bytes);
}
void* operator new(size_t bytes, std::align_val_t alignment) {
  const bool fail = fails(__builtin_return_address(0));
  void* place = fail ? nullptr : __libc_memalign(static_cast<size_t>(alignment), bytes);
  if (place == nullptr) throw std::bad_alloc();
  return place;
}
