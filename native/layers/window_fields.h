// Reads the window of a convolution or a pool from the fields of its layer.
#pragma once

#include "layers/layer.h"
#include "layers/layer_fields.h"
#include "ops/window.h"

namespace thalweg {

// Throws TYPE or RANGE for a field. Throws SHAPE unless `inputs` is height * width * channels, and
// `outputs` is a multiple of the positions.
Window read_window(const LayerFields& fields, int64_t inputs, int64_t outputs);

}  // namespace thalweg
