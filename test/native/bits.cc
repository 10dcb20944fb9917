// Trains small networks with every rule, loss and layer, and prints hashes of weights, averages and
// running statistics. Two processors that keep the contract of docs/numerics.md print the same
// lines. script/check-portable compares them.
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/random_block.h"
#include "train/engine.h"

namespace thalweg {

namespace {

constexpr int64_t kRows = 301, kFeatures = 45, kHidden = 37, kClasses = 5, kBatch = 32;
// The embedding has these sizes.
constexpr int64_t kWords = 11, kLength = 6, kWidth = 7;
constexpr double kAverageDecay = 0.9, kDropoutRate = 0.2;

uint64_t hash(uint64_t seed, const float* values, int64_t length) {
  for (int64_t i = 0; i < length; ++i) {
    uint32_t bits;
    std::memcpy(&bits, values + i, sizeof bits);
    if (values[i] != values[i]) bits = 0x7FC00000u;  // NaN's sign and payload are free
    seed = (seed ^ bits) * 0x100000001B3u;
  }
  return seed;
}

// Makes bytes below `range`; inputs are scale * byte + offset.
struct Inputs {
  int64_t features;
  int range;
  float scale, offset;
};

std::shared_ptr<const data::Dataset> make_dataset(const Inputs& inputs) {
  auto dataset = std::make_shared<data::Dataset>();
  dataset->rows = kRows;
  dataset->features = inputs.features;
  dataset->feature_type = data::FeatureType::kUint8;
  dataset->scale = inputs.scale;
  dataset->offset = inputs.offset;
  dataset->inputs = HostMemory(kRows * inputs.features);
  dataset->label_type = data::LabelType::kSparse;
  dataset->label_width = 1;
  dataset->labels = HostMemory(kRows * sizeof(int32_t));
  const RandomStream stream = random_stream({.seed = 1});
  for (int64_t i = 0; i < kRows * inputs.features; ++i)
    static_cast<uint8_t*>(dataset->inputs.data())[i] =
        static_cast<uint8_t>(random_block_word(stream, i) % inputs.range);
  for (int64_t i = 0; i < kRows; ++i)
    static_cast<int32_t*>(dataset->labels.data())[i] =
        static_cast<int32_t>(random_block_word(stream, i + (1 << 20)) % kClasses);
  return dataset;
}

// Builds a network op by op; each function returns the number of its value.
class Builder {
 public:
  int64_t dense(int64_t inputs, int64_t outputs, Activation activation) {
    parameter({Distribution::kNormal, 0.2}, inputs * outputs);
    parameter({Distribution::kUniform, 0.1}, outputs);
    return add({.kind = LayerKind::kDense,
                .inputs = inputs,
                .outputs = outputs,
                .activation = activation,
                .slope = 0.1,
                .use_bias = true});
  }
  int64_t dropout(int64_t width) {
    return add({.kind = LayerKind::kDropout, .inputs = width, .outputs = width});
  }
  int64_t activation(int64_t width, Activation activation) {
    return add({.kind = LayerKind::kActivation,
                .inputs = width,
                .outputs = width,
                .activation = activation});
  }
  // Normalises the last extent, `columns`, of an example of `width` numbers.
  int64_t norm(LayerKind kind, int64_t width, int64_t columns, bool affine) {
    if (affine) {
      parameter({Distribution::kNormal, 1}, columns);
      parameter({Distribution::kNormal, 0.1}, columns);
    }
    if (kind == LayerKind::kBatchNorm) {
      const std::string name = std::to_string(options_.statistics.size());
      options_.statistics.push_back({name + "/mean", columns, 0});
      options_.statistics.push_back({name + "/variance", columns, 1});
    }
    return add({.kind = kind,
                .inputs = width,
                .outputs = width,
                .use_bias = affine,
                .columns = columns,
                .use_scale = affine,
                .epsilon = 1e-5,
                .momentum = 0.9,
                .unbiased = affine});
  }
  int64_t embedding() {
    parameter({Distribution::kNormal, 1}, kWords * kWidth);
    return add({.kind = LayerKind::kEmbedding,
                .inputs = kLength,
                .outputs = kLength * kWidth,
                .count = kWords,
                .columns = kWidth});
  }
  // Adds the last value and another.
  int64_t sum(int64_t other, int64_t width) {
    return add({.kind = LayerKind::kAdd, .other = other, .inputs = width, .outputs = width});
  }
  EngineOptions build(int rule, LossKind loss) {
    options_.seed = 7;
    options_.network.loss = loss;
    options_.stepper.rule = rule;
    options_.stepper.average.kind = AverageKind::kEma;
    return options_;
  }

 private:
  void parameter(Initial initial, int64_t length) {
    options_.network.initials.push_back(initial);
    options_.stepper.tensors.push_back(
        {std::to_string(options_.stepper.tensors.size()), length, 0});
  }
  int64_t add(LayerOptions layer) {
    auto& layers = options_.network.layers;
    layer.from = static_cast<int64_t>(layers.size());
    layers.push_back(layer);
    return static_cast<int64_t>(layers.size());
  }

  EngineOptions options_;
};

// These are dense layers with every activation.
EngineOptions dense_network(int rule, LossKind loss) {
  Builder network;
  network.dense(kFeatures, kHidden, Activation::kGelu);
  network.dropout(kHidden);
  for (const Activation activation :
       {Activation::kTanh, Activation::kSigmoid, Activation::kLeakyRelu, Activation::kGeluTanh})
    network.dense(kHidden, kHidden, activation);
  network.activation(kHidden, Activation::kRelu);
  network.dense(kHidden, kClasses, Activation::kNone);
  return network.build(rule, loss);
}

// This is a residual block with both norms, each with and without parameters of its own.
EngineOptions block_network(int rule, LossKind loss) {
  Builder network;
  network.dense(kFeatures, kHidden, Activation::kNone);
  const int64_t start = network.norm(LayerKind::kBatchNorm, kHidden, kHidden, true);
  network.norm(LayerKind::kLayerNorm, kHidden, kHidden, true);
  network.dense(kHidden, kHidden, Activation::kGelu);
  network.norm(LayerKind::kBatchNorm, kHidden, kHidden, false);
  network.sum(start, kHidden);
  network.norm(LayerKind::kLayerNorm, kHidden, kHidden, false);
  network.dense(kHidden, kClasses, Activation::kNone);
  return network.build(rule, loss);
}

// These norms work over the last of two dimensions.
EngineOptions embedding_network(int rule, LossKind loss) {
  Builder network;
  network.embedding();
  network.norm(LayerKind::kLayerNorm, kLength * kWidth, kWidth, true);
  network.norm(LayerKind::kBatchNorm, kLength * kWidth, kWidth, true);
  network.dense(kLength * kWidth, kClasses, Activation::kNone);
  return network.build(rule, loss);
}

std::vector<double> make_settings(int rule) {
  static const std::map<std::string, double> kValues = {
      {"learningRate", 0.01}, {"momentum", 0.9},        {"beta1", 0.9},
      {"beta2", 0.99},        {"epsilon", 1e-6},        {"decay", 0.9},
      {"biasCorrection", 1},  {"momentumDecay", 0.004}, {"initialAccumulator", 0.1}};
  // The steps clip by value, tensor norm and global norm, measure the norm, and decay both ways.
  // They allow NaN, which compat rules make.
  std::vector<double> settings = {0.9, 0.5, 2, 3, 2, 1};
  for (const char* name : rule_infos()[rule].hyper) settings.push_back(kValues.at(name));
  settings.insert(settings.end(), {1e-3, 1e-2, kAverageDecay, kDropoutRate});
  return settings;
}

// Prints hashes of all state after a run; a pass over all rows makes the statistics once more.
uint64_t trained(EngineOptions options, const std::string& device,
                 const std::shared_ptr<const data::Dataset>& dataset, int64_t part_rows = kBatch) {
  options.device = device;
  Engine engine(options);
  TrainRequest request;
  request.dataset = dataset;
  request.batch_size = kBatch;
  request.part_rows = part_rows;
  request.settings = make_settings(options.stepper.rule);
  request.rates.columns = {static_cast<double>(kCommonSettings)};
  request.rates.values.assign((kRows + kBatch - 1) / kBatch, 0.01);
  engine.loop().train(request, CancelFlag(), [](const TrainProgress&) {});
  uint64_t sum = 0xCBF29CE484222325u;
  std::vector<float> values;
  const auto& tensors = options.stepper.tensors;
  for (size_t i = 0; i < tensors.size(); ++i) {
    values.resize(tensors[i].length);
    engine.state().read_parameter(i, values.data());
    sum = hash(sum, values.data(), tensors[i].length);
    engine.state().read_average(i, values.data());
    sum = hash(sum, values.data(), tensors[i].length);
  }
  for (const Weights weights : {Weights::kRaw, Weights::kAveraged}) {
    for (size_t i = 0; i < options.statistics.size(); ++i) {
      values.resize(options.statistics[i].length);
      engine.state().read_statistic(i, values.data(), weights);
      sum = hash(sum, values.data(), options.statistics[i].length);
    }
    engine.passes().refresh_statistics(*dataset, kBatch, CancelFlag(), Weights::kAveraged);
  }
  return sum;
}

constexpr LossKind kLosses[] = {LossKind::kSoftmaxCrossEntropy, LossKind::kSigmoidCrossEntropy,
                                LossKind::kMeanSquaredError, LossKind::kHuber};

void print(const char* name, LossKind loss, uint64_t bits) {
  std::printf("%s %d %016llx\n", name, static_cast<int>(loss),
              static_cast<unsigned long long>(bits));
}

void print_all(const std::string& device) {
  const auto pixels = make_dataset({kFeatures, 256, 1.0f / 255, -0.4f});
  const auto words = make_dataset({kLength, kWords, 1, 0});
  for (size_t index = 0; index < rule_infos().size(); ++index) {
    const auto rule = static_cast<int>(index);
    for (const LossKind loss : kLosses)
      print(rule_infos()[rule].name, loss, trained(dense_network(rule, loss), device, pixels));
  }
  for (const LossKind loss : kLosses) {
    print("blocks", loss, trained(block_network(0, loss), device, pixels));
    // Each step sums the gradients of four batches.
    print("embedding", loss, trained(embedding_network(0, loss), device, words, kBatch / 4));
  }
}

}  // namespace

}  // namespace thalweg

// bits [device]: default cpu:baseline.
int main(int count, char** arguments) {
  thalweg::print_all(count > 1 ? arguments[1] : "cpu:baseline");
}
