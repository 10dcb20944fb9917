// Runs optimizer steps, either at once in passes or queued on a device.
#pragma once

#include <memory>

#include "backends/step_queue.h"
#include "backends/step_work.h"
#include "core/memory.h"

namespace thalweg {

// Benchmarks compare a queued step with these: its memory traffic without its arithmetic, a copy of
// as many bytes, and a kernel that does nothing.
enum class StepProbe { kTraffic, kCopy, kNothing };

// A queued step that is bound to the memory of its tensors.
class QueuedStep {
 public:
  virtual ~QueuedStep() = default;
  // Queues the step and returns before it has run. `measures` asks for the norm of the gradient.
  virtual void queue(const StepPlace& place, bool measures) = 0;
  virtual void queue_probe(StepProbe probe, const StepPlace& place) = 0;
  // Waits, and reads the sum of squares of each piece from the last step that measured the norm.
  virtual void read_square_sums(double* sums) = 0;
};

// Runs steps on one device. Every Backend is a StepExecutor.
class StepExecutor {
 public:
  virtual ~StepExecutor() = default;
  // Returns the memory that holds the tensors of its steps.
  virtual Memory& memory() { return host_memory(); }
  // Binds a step to the work's tensors where steps are queued. Returns null elsewhere; the caller
  // then uses the passes below.
  virtual std::unique_ptr<QueuedStep> bind_step(const StepWork&) { return nullptr; }
  // Writes the sum of squares of pieces[i] to sums[i], as SquareSumFunction defines it.
  virtual void square_sums(const StepWork& work, double* sums) = 0;
  // Returns true where every number that `check` selects is finite and, within rounding, less than
  // the limit. A step without clipping needs no more, at half the cost of the sums.
  virtual bool all_within(const StepWork& work, MagnitudeCheck check) = 0;
  // Writes to sums[i] the sums of pieces[i] that the ratios of a rule need.
  virtual void tensor_sums(const StepWork& work, TensorSums* sums) = 0;
  virtual void step(const StepWork& work) = 0;
};

}  // namespace thalweg
