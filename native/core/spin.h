// Spinning: a wait without sleep, for short times.
#pragma once

#include <chrono>
#include <cstdint>

namespace thalweg {

inline int64_t now_nanoseconds() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

// Tells the processor that this thread waits.
inline void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Calls is_over() until it returns true or `nanoseconds` have passed. Returns its last result.
template <class IsOver>
bool spin_for(int64_t nanoseconds, IsOver is_over) {
  constexpr int kCalls = 32;  // calls between two readings of the clock
  for (const int64_t end = now_nanoseconds() + nanoseconds;;) {
    for (int call = 0; call < kCalls; ++call) {
      if (is_over()) return true;
      relax();
    }
    if (now_nanoseconds() >= end) return false;
  }
}

}  // namespace thalweg
