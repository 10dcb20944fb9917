// A device that trains: one method per op of ops.def, and the two passes of an
// optimizer step. Pointers are in the device's memory and borrowed for the call.
#pragma once

#include <string>
#include <string_view>

#include "backends/step_executor.h"

#define THALWEG_OP(name, Parameters)
#include "ops/ops.def"

namespace thalweg {

class QueuedBackend;  // backends/queued_backend.h

class Backend : public StepExecutor {
 public:
#define THALWEG_OP(name, Parameters) virtual void name(const Parameters& op) = 0;
#include "ops/ops.def"

  // This backend as one that runs behind the host; null where ops are done when
  // they return.
  virtual QueuedBackend* queued() { return nullptr; }

  // Which implementation serves an op, for device.explain(): "cpu (avx512)",
  // "oneDNN", or "reference" with the reason.
  virtual std::string twin(std::string_view op) const = 0;
};

// The backend of a device name: "cpu", "cpu:avx2", "reference", "cuda", "cuda:1",
// "cuda:GPU-…". Made on first use, shared by all trainers, never freed. Throws NO_DEVICE.
Backend& open_backend(const std::string& device);

}  // namespace thalweg
