// Makes layers by the name of their kind.
#pragma once

#include <memory>
#include <string>

#include "layers/layer.h"
#include "layers/layer_fields.h"

namespace thalweg {

using MakeLayer = std::unique_ptr<Layer>(LayerPlace place, const LayerFields& fields);
#define THALWEG_LAYER(kind, make) MakeLayer make;
#include "layers/layers.def"
#undef THALWEG_LAYER

// Throws RANGE if there is no such kind. Throws SHAPE if the layer gets more or fewer values than
// it reads, or if its numbers do not fit each other.
std::unique_ptr<Layer> make_layer(const std::string& kind, LayerPlace place,
                                  const LayerFields& fields);

}  // namespace thalweg
