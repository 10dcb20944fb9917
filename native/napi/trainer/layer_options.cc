#include "napi/trainer/layer_options.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "layers/layer_fields.h"
#include "layers/registry.h"
#include "napi/border/convert.h"

namespace thalweg::napi {

namespace {

// Reads the fields of one layer from its JavaScript object.
class ObjectFields final : public LayerFields {
 public:
  explicit ObjectFields(const Napi::Object& object) : object_(object) {}
  std::string text(const char* name) const override {
    return object_.Get(name).As<Napi::String>().Utf8Value();
  }
  double number(const char* name) const override {
    return object_.Get(name).As<Napi::Number>().DoubleValue();
  }
  bool truth(const char* name) const override {
    return object_.Get(name).As<Napi::Boolean>().Value();
  }
  int64_t count(const char* name, int64_t least) const override {
    return to_count(object_, name, least);
  }

 private:
  Napi::Object object_;
};

// Returns the values that layer number `index` reads. Value 0 is the network's input, and value i +
// 1 is the output of layer i.
std::vector<int64_t> read_from(const Napi::Array& values, uint32_t index) {
  std::vector<int64_t> from;
  for (uint32_t i = 0; i < values.Length(); ++i)
    from.push_back(static_cast<int64_t>(to_index(values.Get(i), "layer.from", size_t{index} + 1)));
  return from;
}

std::unique_ptr<Layer> read_layer(const Napi::Object& object, uint32_t index) {
  LayerPlace place;
  const Napi::Value from = object.Get("from");
  if (!from.IsArray())
    throw Error(
        {ErrorCode::kType, "layer.from", "no list", "the numbers of the values that it reads"});
  place.from = read_from(from.As<Napi::Array>(), index);
  place.inputs = to_count(object, "inputs", 1);
  place.outputs = to_count(object, "outputs", 1);
  place.frozen = object.Get("frozen").As<Napi::Boolean>().Value();
  return make_layer(object.Get("kind").As<Napi::String>().Utf8Value(), std::move(place),
                    ObjectFields(object.Get("fields").As<Napi::Object>()));
}

void check_values(const Layers& layers) {
  if (layers.empty()) throw Error({ErrorCode::kShape, "layers", "none", "one or more"});
  for (size_t i = 1; i < layers.size(); ++i)
    if (layers[i]->index_limit() != 0)
      throw Error({ErrorCode::kShape, "layer.kind", "an embedding behind other layers",
                   "an embedding as the first layer"});
  for (const auto& layer : layers)
    for (const int64_t value : layer->from()) {
      const int64_t width = value == 0 ? layers.front()->inputs() : layers[value - 1]->outputs();
      if (width != layer->inputs())
        throw Error({ErrorCode::kShape, "layer.inputs", std::to_string(layer->inputs()),
                     std::to_string(width) + ", as the value that it reads"});
    }
}

}  // namespace

Layers read_layers(const Napi::Object& options) {
  Layers layers;
  const auto given = options.Get("layers").As<Napi::Array>();
  for (uint32_t i = 0; i < given.Length(); ++i)
    layers.push_back(read_layer(given.Get(i).As<Napi::Object>(), i));
  check_values(layers);
  return layers;
}

}  // namespace thalweg::napi
