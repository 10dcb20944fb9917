// What is queued behind an update: where that fails, half a step is queued and may have run.
#pragma once

#include <new>
#include <utility>

#include "core/error.h"

namespace thalweg {

// Calls body(). Whatever it throws becomes DEVICE, for the state on the device is no step's.
template <class Body>
void complete_step(Body body) {
  try {
    body();
  } catch (const Error& error) {
    if (error.fields().code == "DEVICE") throw;
    ErrorFields fields = error.fields();
    fields.code = "DEVICE";
    fields.remedy = "half a step was taken: make another trainer from a checkpoint";
    throw Error(std::move(fields));
  } catch (const std::bad_alloc&) {
    throw Error({"DEVICE", "step", "no memory", "a whole step", ""});  // strings that take none
  }
}

}  // namespace thalweg
