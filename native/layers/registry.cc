#include "layers/registry.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "core/error.h"

namespace thalweg {

namespace {

struct Kind {
  std::string_view name;
  MakeLayer* make;
};

constexpr Kind kKinds[] = {
#define THALWEG_LAYER(kind, make) {kind, &make},
#include "layers/layers.def"
#undef THALWEG_LAYER
};

}  // namespace

std::unique_ptr<Layer> make_layer(const std::string& kind, LayerPlace place,
                                  const LayerFields& fields) {
  const auto* const known = std::find_if(std::begin(kKinds), std::end(kKinds),
                                         [&](const Kind& each) { return each.name == kind; });
  if (known == std::end(kKinds))
    throw Error({ErrorCode::kRange, "layer.kind", kind, "a known kind of layer"});
  std::unique_ptr<Layer> layer = known->make(std::move(place), fields);
  const size_t given = layer->from().size();
  if (given != layer->reads())
    throw Error({ErrorCode::kShape, "layer.from", std::to_string(given) + " values",
                 std::to_string(layer->reads()) + " values in a layer of kind " + kind});
  return layer;
}

}  // namespace thalweg
