// A queued backend returns from an op before the op has run. It gives a training loop memory that
// host and device share, batches that the device gathers, and recorded steps that it replays.
// Pointers refer to the device's memory unless a comment says otherwise.
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

// Copies data from shared memory to the device's memory while queued ops run. Each copy belongs to
// a place, and the caller uses the places in turn.
class BatchUploader {
 public:
  virtual ~BatchUploader() = default;  // waits for all copies
  // Queues a copy, which begins after the last release of the place, and returns at once.
  virtual void send(int place, void* to, const void* from, size_t bytes) = 0;
  // Ops that this thread queues from now on run after the last copy to the place.
  virtual void arrive(int place) = 0;
  // The next copy to the place begins after all ops that this thread has queued so far.
  virtual void release(int place) = 0;
  // Waits until the last copy to the place is done, so that the host may change its source.
  virtual void wait(int place) = 0;
};

class QueuedBackend : public Backend {
 public:
  // Allocates zeroed memory of the host that the device reads and writes in place.
  virtual std::shared_ptr<void> allocate_shared(size_t bytes) = 0;
  // Returns the number of free bytes of the device's memory.
  virtual size_t free_bytes() = 0;
  virtual std::unique_ptr<BatchUploader> make_batch_uploader(int places) = 0;
  virtual void gather(const QueuedGather& op) = 0;
  virtual void begin_step(const StepFeed& feed) = 0;
  virtual void end_step(const StepFeed& feed) = 0;
  // Records the ops that body() queues on this thread, without running them.
  virtual std::unique_ptr<Recording> record(const std::function<void()>& body) = 0;
  // Returns true where all ops that this thread queued have run. Throws DEVICE where one failed.
  virtual bool idle() = 0;
};

}  // namespace thalweg
