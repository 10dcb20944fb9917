// A backend that runs behind the host, and what a training loop needs to keep it
// fed: memory that both see, batches gathered there, and steps recorded once and
// replayed. Pointers are in the device's memory unless said otherwise.
#pragma once

#include <functional>
#include <memory>

#include "backends/backend.h"
#include "backends/queued_batch.h"

namespace thalweg {

// A recorded sequence of ops.
class Recording {
 public:
  virtual ~Recording() = default;
  virtual void replay() = 0;
};

class QueuedBackend : public Backend {
 public:
  // Zeroed memory of the host that the device reads and writes in place.
  virtual std::shared_ptr<void> allocate_shared(size_t bytes) = 0;
  virtual void gather(const QueuedGather& op) = 0;
  virtual void begin_step(const StepFeed& feed) = 0;
  virtual void end_step(const StepFeed& feed) = 0;
  // Keeps the ops that body() queues on this thread, without running them.
  virtual std::unique_ptr<Recording> record(const std::function<void()>& body) = 0;
  // Whether all that this thread queued has run. Throws DEVICE where it failed.
  virtual bool idle() = 0;
};

}  // namespace thalweg
