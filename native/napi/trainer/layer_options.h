// Reads the layers of a network from JavaScript (src/native/layer.ts).
#pragma once

#include <napi.h>

#include "layers/layer.h"

namespace thalweg::napi {

// Throws SHAPE unless there is a layer, only the first is an embedding, and each layer's input is
// as wide as the values that it reads; and what a layer refuses.
Layers read_layers(const Napi::Object& options);

}  // namespace thalweg::napi
