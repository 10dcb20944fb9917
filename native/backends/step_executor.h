// Who runs optimizer steps: at once, in passes, or queued behind the host.
#pragma once

#include <memory>

#include "backends/step_queue.h"
#include "backends/step_work.h"
#include "core/memory.h"

namespace thalweg {

// What benchmarks measure a queued step against: its memory traffic without its
// arithmetic, a copy of as many bytes, or a kernel that does nothing.
enum class StepProbe { kTraffic, kCopy, kNothing };

// A step bound to the memory of its tensors.
class QueuedStep {
 public:
  virtual ~QueuedStep() = default;
  // Returns before the step has run. `measures`: the norm is needed.
  virtual void queue(const StepPlace& place, bool measures) = 0;
  virtual void queue_probe(StepProbe probe, const StepPlace& place) = 0;
  // The sums of squares of the pieces in the last step that measured; waits.
  virtual void read_square_sums(double* sums) = 0;
};

// Runs steps on some processor. Every Backend is one.
class StepExecutor {
 public:
  virtual ~StepExecutor() = default;
  // Where the tensors of its steps lie.
  virtual Memory& memory() { return host_memory(); }
  // The step bound to the work's tensors, where steps run behind the host; else
  // null, and the passes below serve.
  virtual std::unique_ptr<QueuedStep> bind_step(const StepWork&) { return nullptr; }
  // sums[i]: sum of squares of pieces[i], as SquareSumFunction says.
  virtual void square_sums(const StepWork& work, double* sums) = 0;
  // Whether every number that is looked at is finite, and less than the limit, within rounding:
  // all that a step without clipping asks, at half the cost of the sums.
  virtual bool all_within(const StepWork& work, StepLook look) = 0;
  // sums[i]: of pieces[i], for the ratios of a rule that looks at tensors.
  virtual void tensor_sums(const StepWork& work, TensorSums* sums) = 0;
  virtual void step(const StepWork& work) = 0;
};

}  // namespace thalweg
