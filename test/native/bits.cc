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
std::set<std::string>& used_kinds() {
  static std::set<std::string> kinds;
  return kinds;
}

// A network, layer after layer; each gives the number of its value.
class Builder {
 public:
  int64_t dense(int64_t inputs, int64_t outputs, const std::string& activation) {
    initials({{Distribution::kNormal, 0.2}, {Distribution::kUniform, 0.1}});
    return add("dense", {{last()}, inputs, outputs},
               Fields({{"slope", 0.1}, {"useBias", 1}}, activation));
  }
  int64_t dropout(int64_t width) { return add("dropout", {{last()}, width, width}, Fields()); }
  int64_t softmax(int64_t width) { return add("softmax", {{last()}, width, width}, Fields()); }
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
  int64_t embedding() {
    initials({{Distribution::kNormal, 1}});
    return add("embedding", {{last()}, kLength, kLength * kWidth},
               Fields({{"count", kWords}, {"units", kWidth}}));
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

// These are dense layers with every activation.
EngineOptions dense_network(int rule, LossKind loss) {
  Builder network;
  network.dense(kFeatures, kHidden, "none");
  network.dropout(kHidden);
  for (const char* activation : kActivationNames) network.dense(kHidden, kHidden, activation);
  network.activation(kHidden, "relu");
  network.softmax(kHidden);
  network.dense(kHidden, kClasses, "none");
  return network.build(rule, loss);
}

// This is a residual block with both norms, each with and without parameters of its own.
EngineOptions block_network(int rule, LossKind loss) {
  Builder network;
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
  Builder network;
  network.embedding();
  network.norm("layerNorm", kLength * kWidth, kWidth, true);
  network.norm("batchNorm", kLength * kWidth, kWidth, true);
  network.norm("rmsNorm", kLength * kWidth, kWidth, true);
  network.norm("groupNorm", kLength * kWidth, kWidth, true);
  network.dense(kLength * kWidth, kClasses, "none");
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

// Prints hashes of all state after a run; a pass over all rows makes the statistics once more.
uint64_t trained(EngineOptions options, const std::string& device,
                 const std::shared_ptr<const data::Dataset>& dataset, int64_t part_rows = kBatch) {
  options.device = device;
  const std::vector<double> settings =
      make_settings(options.stepper.rule, options.network.dropout_count());
  const std::vector<StepperTensor> tensors = options.stepper.tensors;
  const std::vector<StatisticOptions> statistics = options.statistics;
  Engine engine(std::move(options));
  TrainRequest request;
  request.dataset = dataset;
  request.batch_size = kBatch;
  request.part_rows = part_rows;
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
    // Each step sums the gradients of four batches.
    print("embedding", loss, trained(embedding_network(0, loss), device, words, kBatch / 4));
  }
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
