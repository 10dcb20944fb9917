// A backend computes on one device. It has a method for each op of ops.def, and the passes of an
// optimizer step. Pointers refer to the device's memory and are borrowed for the call.
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

  // Returns this backend where it queues its ops. Returns null where an op is done when its method
  // returns.
  virtual QueuedBackend* queued() { return nullptr; }

  // Returns the name of the code that runs an op, for device.explain(), such as "lanes (avx512)".
  // It includes the reason where a library or an instruction is missing.
  virtual std::string implementation(std::string_view op) const = 0;
};

// Returns the backend of "cpu", "cpu:avx2", "reference", "cuda", "cuda:1" or "cuda:GPU-…". It makes
// each backend once, for all trainers, and never frees it. Throws NO_DEVICE.
Backend& open_backend(const std::string& device);

}  // namespace thalweg
