// Reads the window of a convolution or a pool from the fields of its layer.
#pragma once

#include "layers/layer.h"
#include "layers/layer_fields.h"
#include "ops/window.h"

namespace thalweg {

// Throws TYPE or RANGE for a field, and SHAPE unless an example has `inputs` numbers and the window
// as many positions as `outputs` numbers of `outputs` / positions channels need.
Window read_window(const LayerFields& fields, int64_t inputs, int64_t outputs);

}  // namespace thalweg
