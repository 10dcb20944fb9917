// Trains a small network with every rule and loss, and prints hashes of the weights. Two processors
// that keep the contract of docs/numerics.md print the same lines. script/check-portable compares
// them.
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

constexpr int64_t kRows = 301, kFeatures = 45, kHidden = 37, kClasses = 5;

uint64_t hash(uint64_t seed, const float* values, int64_t length) {
  for (int64_t i = 0; i < length; ++i) {
    uint32_t bits;
    std::memcpy(&bits, values + i, sizeof bits);
    if (values[i] != values[i]) bits = 0x7FC00000u;  // NaN's sign and payload are free
    seed = (seed ^ bits) * 0x100000001B3u;
  }
  return seed;
}

std::shared_ptr<const data::Dataset> make_dataset() {
  auto dataset = std::make_shared<data::Dataset>();
  dataset->rows = kRows;
  dataset->features = kFeatures;
  dataset->feature_type = data::FeatureType::kUint8;
  dataset->scale = 1.0f / 255;
  dataset->offset = -0.4f;
  dataset->inputs = HostMemory(kRows * kFeatures);
  dataset->label_type = data::LabelType::kSparse;
  dataset->label_width = 1;
  dataset->labels = HostMemory(kRows * sizeof(int32_t));
  const RandomStream stream = random_stream({.seed = 1});
  for (int64_t i = 0; i < kRows * kFeatures; ++i)
    static_cast<uint8_t*>(dataset->inputs.data())[i] =
        static_cast<uint8_t>(random_block_word(stream, i));
  for (int64_t i = 0; i < kRows; ++i)
    static_cast<int32_t*>(dataset->labels.data())[i] =
        static_cast<int32_t>(random_block_word(stream, i + (1 << 20)) % kClasses);
  return dataset;
}

int64_t last_value(const EngineOptions& options) {
  return static_cast<int64_t>(options.network.layers.size());
}

void add_dense(EngineOptions& options, int64_t inputs, int64_t outputs, Activation activation) {
  options.network.layers.push_back({.kind = LayerKind::kDense,
                                    .from = last_value(options),
                                    .inputs = inputs,
                                    .outputs = outputs,
                                    .activation = activation,
                                    .slope = 0.1,
                                    .use_bias = true});
  options.network.initials.push_back({Distribution::kNormal, 0.2});
  options.network.initials.push_back({Distribution::kUniform, 0.1});
  const std::string name = std::to_string(options.stepper.tensors.size());
  options.stepper.tensors.push_back({name + "/weight", inputs * outputs, 0});
  options.stepper.tensors.push_back({name + "/bias", outputs, 0});
}

EngineOptions make_options(const std::string& device, int rule, LossKind loss) {
  EngineOptions options;
  options.device = device;
  options.seed = 7;
  options.network.loss = loss;
  options.stepper.rule = rule;
  add_dense(options, kFeatures, kHidden, Activation::kGelu);
  options.network.layers.push_back({.kind = LayerKind::kDropout,
                                    .from = last_value(options),
                                    .inputs = kHidden,
                                    .outputs = kHidden,
                                    .rate = 0.2});
  for (const Activation activation :
       {Activation::kTanh, Activation::kSigmoid, Activation::kLeakyRelu, Activation::kGeluTanh})
    add_dense(options, kHidden, kHidden, activation);
  options.network.layers.push_back({.kind = LayerKind::kActivation,
                                    .from = last_value(options),
                                    .inputs = kHidden,
                                    .outputs = kHidden,
                                    .activation = Activation::kRelu});
  add_dense(options, kHidden, kClasses, Activation::kNone);
  return options;
}

std::vector<double> make_settings(int rule) {
  static const std::map<std::string, double> kValues = {
      {"learningRate", 0.01}, {"momentum", 0.9},        {"beta1", 0.9},
      {"beta2", 0.99},        {"epsilon", 1e-6},        {"decay", 0.9},
      {"biasCorrection", 1},  {"momentumDecay", 0.004}, {"initialAccumulator", 0.1}};
  // Clips by value, tensor and global norm; allows NaN, which compat rules make;
  // measures the norm; decays both ways.
  std::vector<double> settings = {0.9, 0.5, 2, 3, 2, 1};
  for (const char* name : rule_infos()[rule].hyper) settings.push_back(kValues.at(name));
  settings.insert(settings.end(), {1e-3, 1e-2});
  return settings;
}

uint64_t trained(const std::string& device, int rule, LossKind loss) {
  Engine engine(make_options(device, rule, loss));
  TrainRequest request;
  request.dataset = make_dataset();
  request.batch_size = 32;
  request.settings = make_settings(rule);
  request.rates.columns = {static_cast<double>(kCommonSettings)};
  request.rates.values.assign((kRows + 31) / 32, 0.01);
  engine.train(request, CancelFlag(), [](const TrainProgress&) {});
  uint64_t sum = 0xCBF29CE484222325u;
  const auto& tensors = engine.stepper().options().tensors;
  for (size_t i = 0; i < tensors.size(); ++i) {
    std::vector<float> values(tensors[i].length);
    engine.read_parameter(i, values.data());
    sum = hash(sum, values.data(), tensors[i].length);
  }
  return sum;
}

void print_all(const std::string& device) {
  for (size_t rule = 0; rule < rule_infos().size(); ++rule)
    for (const LossKind loss : {LossKind::kSoftmaxCrossEntropy, LossKind::kSigmoidCrossEntropy,
                                LossKind::kMeanSquaredError, LossKind::kHuber})
      std::printf("%s %d %016llx\n", rule_infos()[rule].name, static_cast<int>(loss),
                  static_cast<unsigned long long>(trained(device, static_cast<int>(rule), loss)));
}

}  // namespace

}  // namespace thalweg

// bits [device]: default cpu:baseline.
int main(int count, char** arguments) {
  thalweg::print_all(count > 1 ? arguments[1] : "cpu:baseline");
}
