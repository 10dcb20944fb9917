// Sets this thread's floating-point mode to that of IEEE 754 while a FloatMode lives. Libraries
// compiled with -ffast-math change the mode of the thread that loads them, and new threads inherit
// it.
#pragma once

#include <cstdint>

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace thalweg {

class FloatMode {
 public:
  FloatMode() : before_(read()) {
    if (before_ != kIeee) write(kIeee);
  }
  ~FloatMode() {
    if (before_ != kIeee) write(before_);
  }
  FloatMode(const FloatMode&) = delete;
  FloatMode& operator=(const FloatMode&) = delete;

 private:
  // kIeee rounds to nearest, keeps subnormals and traps nothing. A Control holds no flags of
  // exceptions that have occurred.
#if defined(__SSE__)
  using Control = uint32_t;
  static constexpr Control kIeee = 0x1f80, kFlags = 0x3f;
  static Control read() { return _mm_getcsr() & ~kFlags; }
  static void write(Control control) { _mm_setcsr(control); }
#elif defined(__aarch64__)
  using Control = uint64_t;
  static constexpr Control kIeee = 0;
  static Control read() {
    Control control;
    asm volatile("mrs %0, fpcr" : "=r"(control));
    return control;
  }
  static void write(Control control) { asm volatile("msr fpcr, %0" : : "r"(control)); }
#else
  using Control = int;
  static constexpr Control kIeee = 0;
  static Control read() { return kIeee; }
  static void write(Control) {}
#endif

  const Control before_;
};

}  // namespace thalweg
