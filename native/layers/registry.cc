#include "layers/registry.h"

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
  for (const Kind& known : kKinds)
    if (known.name == kind) return known.make(std::move(place), fields);
  throw Error({"RANGE", "layer.kind", kind, "a known name", ""});
}

}  // namespace thalweg
