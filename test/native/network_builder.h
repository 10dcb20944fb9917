// Builds networks of native layers one after another, for test/native/bits.cc.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "layers/registry.h"
#include "train/loop/engine.h"

namespace thalweg {

// The fields of one layer.
class Fields final : public LayerFields {
 public:
  using Values = std::map<std::string, double>;
  explicit Fields(Values values = {}, std::string activation = "none")
      : values_(std::move(values)), activation_(std::move(activation)) {}
  std::string text(const char*) const override { return activation_; }
  double number(const char* name) const override { return values_.at(name); }
  bool truth(const char* name) const override { return values_.at(name) != 0; }
  int64_t count(const char* name, int64_t) const override {
    return static_cast<int64_t>(values_.at(name));
  }

 private:
  Values values_;
  std::string activation_;
};

// The kinds of layers that any network has.
inline std::set<std::string>& used_kinds() {
  static std::set<std::string> kinds;
  return kinds;
}

// A network, layer after layer; each gives the number of its value.
class NetworkBuilder {
 public:
  int64_t dense(int64_t inputs, int64_t outputs, const std::string& activation,
                int64_t positions = 1) {
    initials({{Distribution::kNormal, 0.2}, {Distribution::kUniform, 0.1}});
    return add(
        "dense", {{last()}, inputs, outputs},
        Fields({{"positions", static_cast<double>(positions)}, {"slope", 0.1}, {"useBias", 1}},
               activation));
  }
  int64_t dropout(int64_t width) { return add("dropout", {{last()}, width, width}, Fields()); }
  int64_t softmax(int64_t width, int64_t columns) {
    return add("softmax", {{last()}, width, width},
               Fields({{"columns", static_cast<double>(columns)}}));
  }
  int64_t activation(int64_t width, const std::string& activation) {
    return add("activation", {{last()}, width, width}, Fields({{"slope", 0}}, activation));
  }
  // The norm runs over `columns`, the last extent of an example of `width` numbers.
  int64_t norm(const std::string& kind, int64_t width, int64_t columns, bool affine) {
    if (affine) initials({{Distribution::kNormal, 1}});
    if (affine && kind != "rmsNorm") initials({{Distribution::kNormal, 0.1}});
    const double has = affine ? 1 : 0;
    return add(kind, {{last()}, width, width},
               Fields({{"columns", static_cast<double>(columns)},
                       {"channels", static_cast<double>(columns)},
                       {"groups", 1},
                       {"useScale", has},
                       {"useOffset", has},
                       {"epsilon", 1e-5},
                       {"momentum", 0.9},
                       {"unbiased", has}}));
  }
  // Each of `columns` numbers chooses one of `count` rows of `units` numbers.
  int64_t embedding(int64_t count, int64_t columns, int64_t units) {
    initials({{Distribution::kNormal, 1}});
    return add(
        "embedding", {{last()}, columns, columns * units},
        Fields({{"count", static_cast<double>(count)}, {"units", static_cast<double>(units)}}));
  }
  // A window of 3 by 2 moves over pictures [height, width, channels], in steps of 1 and 2.
  int64_t window(const std::string& kind, const int64_t (&picture)[3], int64_t filters) {
    if (kind.ends_with("onvolution"))
      initials({{Distribution::kNormal, 0.2}, {Distribution::kUniform, 0.1}});
    const int64_t height = picture[0], width = (picture[1] + 1) / 2;
    const auto number = [](int64_t value) { return static_cast<double>(value); };
    return add(kind, {{last()}, picture[0] * picture[1] * picture[2], height * width * filters},
               Fields({{"height", number(picture[0])},
                       {"width", number(picture[1])},
                       {"channels", number(picture[2])},
                       {"outHeight", number(height)},
                       {"outWidth", number(width)},
                       {"kernelHeight", 3},
                       {"kernelWidth", 2},
                       {"strideHeight", 1},
                       {"strideWidth", 2},
                       {"dilationHeight", 1},
                       {"dilationWidth", 1},
                       {"top", 1},
                       {"left", 0},
                       {"groups", 3},
                       {"slope", 0.1},
                       {"useBias", 1}},
                      "gelu"));
  }
  // Makes pictures [height, width, channels] twice as high and three times as wide.
  int64_t upsample(const int64_t (&picture)[3]) {
    const auto [height, width, channels] = picture;
    const auto number = [](int64_t value) { return static_cast<double>(value); };
    return add("upsample", {{last()}, height * width * channels, 6 * height * width * channels},
               Fields({{"height", number(2 * height)},
                       {"width", number(3 * width)},
                       {"channels", number(channels)},
                       {"outHeight", number(height)},
                       {"outWidth", number(width)},
                       {"kernelHeight", 2},
                       {"kernelWidth", 3},
                       {"strideHeight", 2},
                       {"strideWidth", 3},
                       {"dilationHeight", 1},
                       {"dilationWidth", 1},
                       {"top", 0},
                       {"left", 0}}));
  }
  // Adds the last value and another.
  int64_t sum(int64_t other, int64_t width) {
    return add("add", {{last(), other}, width, width}, Fields());
  }
  EngineOptions build(int rule, LossKind loss) {
    options_.seed = 7;
    options_.network.loss = loss;
    options_.stepper.rule = rule;
    options_.stepper.average.kind = AverageKind::kEma;
    return std::move(options_);
  }

 private:
  int64_t last() const { return static_cast<int64_t>(options_.network.layers.size()); }
  void initials(const std::vector<Initial>& initials) {
    for (const Initial& initial : initials) options_.network.initials.push_back(initial);
  }
  int64_t add(const std::string& kind, LayerPlace place, const Fields& fields) {
    auto layer = make_layer(kind, std::move(place), fields);
    used_kinds().insert(kind);
    auto& tensors = options_.stepper.tensors;
    for (const Parameter* own : layer->parameters())
      tensors.push_back({std::to_string(tensors.size()), own->length, 0});
    // The mean starts at 0, the variance at 1.
    for (size_t i = 0; i < layer->statistics().size(); ++i)
      options_.statistics.push_back({std::to_string(options_.statistics.size()),
                                     layer->statistics()[i]->length, static_cast<float>(i % 2)});
    options_.network.layers.push_back(std::move(layer));
    return last();
  }

  EngineOptions options_;
};

}  // namespace thalweg
