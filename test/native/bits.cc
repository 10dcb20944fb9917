// Trains small networks with every rule, loss and layer, and prints hashes of weights, averages and
// running statistics. Two processors that keep the contract of docs/numerics.md print the same
// lines. script/check-portable compares them.
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/random_block.h"
#include "data/memory_dataset.h"
#include "layers/registry.h"
#include "network_builder.h"
#include "train/loop/engine.h"

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
  const data::RowFormat format{.rows = kRows,
                               .features = inputs.features,
                               .feature_type = data::FeatureType::kUint8,
                               .scale = inputs.scale,
                               .offset = inputs.offset,
                               .label_type = data::LabelType::kSparse,
                               .label_width = 1};
  HostMemory bytes(format.bytes(data::Column::kInputs));
  HostMemory labels(format.bytes(data::Column::kLabels));
  const RandomStream stream = random_stream({.seed = 1});
  for (int64_t i = 0; i < kRows * inputs.features; ++i)
    static_cast<uint8_t*>(bytes.data())[i] =
        static_cast<uint8_t>(random_block_word(stream, i) % inputs.range);
  for (int64_t i = 0; i < kRows; ++i)
    static_cast<int32_t*>(labels.data())[i] =
        static_cast<int32_t>(random_block_word(stream, i + (1 << 20)) % kClasses);
  return std::make_shared<data::MemoryDataset>(format, std::move(bytes), std::move(labels));
}

// These are dense layers with every activation.
EngineOptions dense_network(int rule, LossKind loss) {
  NetworkBuilder network;
  network.dense(kFeatures, kHidden, "none");
  network.dropout(kHidden);
  for (const char* activation : kActivationNames) network.dense(kHidden, kHidden, activation);
  network.activation(kHidden, "relu");
  network.softmax(kHidden, kHidden);
  network.dense(kHidden, kClasses, "none");
  return network.build(rule, loss);
}

// This is a residual block with both norms, each with and without parameters of its own.
EngineOptions block_network(int rule, LossKind loss) {
  NetworkBuilder network;
  network.dense(kFeatures, kHidden, "none");
  const int64_t start = network.norm("batchNorm", kHidden, kHidden, true);
  network.norm("layerNorm", kHidden, kHidden, true);
  network.dense(kHidden, kHidden, "gelu");
  network.norm("batchNorm", kHidden, kHidden, false);
  network.sum(start, kHidden);
  network.norm("layerNorm", kHidden, kHidden, false);
  network.dense(kHidden, kClasses, "none");
  return network.build(rule, loss);
}

// These norms work over the last of two dimensions.
EngineOptions embedding_network(int rule, LossKind loss) {
  NetworkBuilder network;
  network.embedding(kWords, kLength, kWidth);
  network.norm("layerNorm", kLength * kWidth, kWidth, true);
  network.norm("batchNorm", kLength * kWidth, kWidth, true);
  network.norm("rmsNorm", kLength * kWidth, kWidth, true);
  network.norm("groupNorm", kLength * kWidth, kWidth, true);
  network.dense(kLength * kWidth, kLength * kWidth, "tanh", kLength);
  network.softmax(kLength * kWidth, kWidth);
  network.dense(kLength * kWidth, kClasses, "none");
  return network.build(rule, loss);
}

// Its sums have more than one block or chunk, and its operands are copied.
EngineOptions wide_network(int rule, LossKind loss) {
  constexpr int64_t kWide = 1600, kMiddle = 350;
  NetworkBuilder network;
  network.dense(kFeatures, kWide, "relu");
  network.dense(kWide, kMiddle, "none");
  network.dense(kMiddle, kClasses, "none");
  return network.build(rule, loss);
}

// These layers see the features as pictures.
EngineOptions picture_network(int rule, LossKind loss) {
  constexpr int64_t kHeight = 5, kPixels = kFeatures / kHeight, kFilters = 17;
  NetworkBuilder network;
  network.window("convolution", {kHeight, kPixels, 1}, kFilters);
  constexpr int64_t kHalf = (kPixels + 1) / 2, kQuarter = (kHalf + 1) / 2;
  network.window("maxPool", {kHeight, kHalf, kFilters}, kFilters);
  network.window("convolution", {kHeight, kQuarter, kFilters}, 5);
  constexpr int64_t kEighth = (kQuarter + 1) / 2;
  network.window("averagePool", {kHeight, kEighth, 5}, 5);
  network.dense(kHeight * ((kEighth + 1) / 2) * 5, kClasses, "none");
  return network.build(rule, loss);
}

// These convolutions have groups, whose filters see some channels alone.
EngineOptions grouped_network(int rule, LossKind loss) {
  constexpr int64_t kHeight = 5, kPixels = kFeatures / kHeight, kHalf = (kPixels + 1) / 2;
  constexpr int64_t kQuarter = (kHalf + 1) / 2, kEighth = (kQuarter + 1) / 2;
  NetworkBuilder network;
  network.window("convolution", {kHeight, kPixels, 1}, 21);
  network.window("depthwiseConvolution", {kHeight, kHalf, 21}, 42);
  network.window("groupedConvolution", {kHeight, kQuarter, 42}, 15);
  network.upsample({kHeight, kEighth, 15});
  network.dense(6 * kHeight * kEighth * 15, kClasses, "none");
  return network.build(rule, loss);
}

std::vector<double> make_settings(int rule, size_t dropouts) {
  static const std::map<std::string, double> kValues = {
      {"learningRate", 0.01},
      {"momentum", 0.9},
      {"beta1", 0.9},
      {"beta2", 0.99},
      {"epsilon", 1e-6},
      {"decay", 0.9},
      {"biasCorrection", 1},
      {"momentumDecay", 0.004},
      {"initialAccumulator", 0.1},
      {"trustCoefficient", 0.02},
      {"gradientScale", 0.9},
      {"clipValue", 0.5},
      {"clipTensorNorm", 2},
      {"clipGlobalNorm", 3},
      {"reportNorm", 1},
      {"l2", 1e-3},
      {"weightDecay", 1e-2},
      {"averageDecay", kAverageDecay},
      // Compat rules make NaN.
      {"nonFinite", static_cast<double>(NonFinite::kAllow)}};
  std::vector<double> settings;
#define THALWEG_STEP_SETTING(name, member) settings.push_back(kValues.at(name));
#include "rules/settings.def"
  for (const char* name : rule_infos()[rule].hyper) settings.push_back(kValues.at(name));
#define THALWEG_GROUP_SETTING(name, enumerator) settings.push_back(kValues.at(name));
#define THALWEG_TRAINER_SETTING(name, member) settings.push_back(kValues.at(name));
#include "rules/settings.def"
  settings.insert(settings.end(), dropouts, kDropoutRate);
  return settings;
}

struct Batches {
  int64_t rows = kBatch;
  int64_t part = kBatch;  // rows whose gradients are summed at once
};

// Prints hashes of all state after a run; a pass over all rows makes the statistics once more.
uint64_t trained(EngineOptions options, const std::string& device,
                 const std::shared_ptr<const data::Dataset>& dataset, Batches batches = {}) {
  options.device = device;
  const std::vector<double> settings =
      make_settings(options.stepper.rule, options.network.dropout_count());
  const std::vector<StepperTensor> tensors = options.stepper.tensors;
  const std::vector<StatisticOptions> statistics = options.statistics;
  Engine engine(std::move(options));
  TrainRequest request;
  request.dataset = dataset;
  request.batch_size = batches.rows;
  request.part_rows = batches.part;
  request.settings = settings;
  request.rates.columns = {static_cast<double>(kStepSettings)};
  request.rates.values.assign((kRows + kBatch - 1) / kBatch, 0.01);
  engine.loop().train(request, CancelFlag(), [](const TrainProgress&) {});
  uint64_t sum = 0xCBF29CE484222325u;
  std::vector<float> values;
  for (size_t i = 0; i < tensors.size(); ++i) {
    values.resize(tensors[i].length);
    engine.state().read_parameter(i, values.data());
    sum = hash(sum, values.data(), tensors[i].length);
    engine.state().read_average(i, values.data());
    sum = hash(sum, values.data(), tensors[i].length);
  }
  for (const Weights weights : {Weights::kRaw, Weights::kAveraged}) {
    for (size_t i = 0; i < statistics.size(); ++i) {
      values.resize(statistics[i].length);
      engine.state().read_statistic(i, values.data(), weights);
      sum = hash(sum, values.data(), statistics[i].length);
    }
    engine.passes().refresh_statistics(*dataset, kBatch, CancelFlag(), Weights::kAveraged);
  }
  return sum;
}

constexpr LossKind kLosses[] = {
#define THALWEG_LOSS(enumerator, name) LossKind::enumerator,
#include "ops/loss.def"
#undef THALWEG_LOSS
};

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
    print("pictures", loss, trained(picture_network(0, loss), device, pixels));
    print("groups", loss, trained(grouped_network(0, loss), device, pixels));
    // Each step sums the gradients of four batches.
    print("embedding", loss,
          trained(embedding_network(0, loss), device, words, {.part = kBatch / 4}));
  }
  const LossKind loss = kLosses[0];
  print("wide", loss, trained(wide_network(0, loss), device, pixels, {kRows, kRows}));
}

// Returns false if a kind of layer is in no network, and names it.
bool all_kinds_used() {
  bool all = true;
  for (const char* kind : {
#define THALWEG_LAYER(kind, make) kind,
#include "layers/layers.def"
#undef THALWEG_LAYER
       }) {
    if (used_kinds().count(kind) > 0) continue;
    std::fprintf(stderr, "bits: no network has a layer of kind %s\n", kind);
    all = false;
  }
  return all;
}

}  // namespace

}  // namespace thalweg

// bits [device]: default cpu:baseline.
int main(int count, char** arguments) {
  thalweg::print_all(count > 1 ? arguments[1] : "cpu:baseline");
  return thalweg::all_kinds_used() ? 0 : 1;
}
