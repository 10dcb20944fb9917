// Tells a job to stop. The job checks a flag between operations, and between the parts of a long
// one.
#pragma once

#include <atomic>

#include "core/error.h"
#include "core/process_end.h"

namespace thalweg {

// A cancelled job throws this where it cannot simply return.
class Aborted final : public Error {
 public:
  Aborted() : Error({ErrorCode::kAborted, "trainer", "an abort", "an undisturbed run"}) {}
};

// A flag that any thread may set. It also reads as set once the process is ending.
class CancelFlag {
 public:
  void set() { flag_.store(true, std::memory_order_relaxed); }
  void clear() { flag_.store(false, std::memory_order_relaxed); }
  bool is_set() const { return flag_.load(std::memory_order_relaxed) || process_is_ending(); }

 private:
  std::atomic<bool> flag_{false};
};

// Throws Aborted if `cancel` is set. `cancel` may be null.
inline void refuse_cancelled(const CancelFlag* cancel) {
  if (cancel != nullptr && cancel->is_set()) throw Aborted();
}

}  // namespace thalweg
