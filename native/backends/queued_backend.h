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

// Copies from shared memory to the device's beside the queued ops. Each copy belongs
// to a place; the places take turns.
class Courier {
 public:
  virtual ~Courier() = default;  // waits for its copies
  // Begins once the place was released, and lets the host go on at once.
  virtual void send(int place, void* to, const void* from, size_t bytes) = 0;
  // Ops queued from here on find what was sent to the place.
  virtual void arrive(int place) = 0;
  // The place may be sent to again when all that was queued so far has run.
  virtual void release(int place) = 0;
  // Returns when what was sent to the place has left the host.
  virtual void wait(int place) = 0;
};

class QueuedBackend : public Backend {
 public:
  // Zeroed memory of the host that the device reads and writes in place.
  virtual std::shared_ptr<void> allocate_shared(size_t bytes) = 0;
  // Bytes of the device's memory that are free.
  virtual size_t free_bytes() = 0;
  virtual std::unique_ptr<Courier> make_courier(int places) = 0;
  virtual void gather(const QueuedGather& op) = 0;
  virtual void begin_step(const StepFeed& feed) = 0;
  virtual void end_step(const StepFeed& feed) = 0;
  // Keeps the ops that body() queues on this thread, without running them.
  virtual std::unique_ptr<Recording> record(const std::function<void()>& body) = 0;
  // Whether all that this thread queued has run. Throws DEVICE where it failed.
  virtual bool idle() = 0;
};

}  // namespace thalweg
