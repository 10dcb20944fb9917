// Queues the work behind an update. Where that fails, half a step is queued and may have run.
#pragma once

#include <new>
#include <utility>

#include "core/error.h"

namespace thalweg {

// Calls body(). Any error becomes DEVICE, because the state on the device belongs to no step.
template <class Body>
void complete_step(Body body) {
  try {
    body();
  } catch (const Error& error) {
    if (error.fields().code == ErrorCode::kDevice) throw;
    ErrorFields fields = error.fields();
    fields.code = ErrorCode::kDevice;
    fields.remedy = "half a step was taken: make another trainer from a checkpoint";
    throw Error(std::move(fields));
  } catch (const std::bad_alloc&) {
    // Strings as short as these allocate nothing.
    throw Error({ErrorCode::kDevice, "step", "no memory", "a whole step"});
  }
}

}  // namespace thalweg
