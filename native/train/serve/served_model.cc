#include "train/serve/served_model.h"

#include <utility>

#include "train/data/check_indices.h"

namespace thalweg {

namespace {

// Throws SHAPE unless there is a value for each number that the layers own.
void check_lengths(const char* path, const std::vector<TensorValues>& given,
                   const std::vector<int64_t>& owned) {
  if (given.size() != owned.size())
    throw Error({ErrorCode::kShape, path, std::to_string(given.size()) + " tensors",
                 std::to_string(owned.size()) + ", which the layers own"});
  for (size_t i = 0; i < owned.size(); ++i)
    if (static_cast<int64_t>(given[i].length) != owned[i])
      throw Error({ErrorCode::kShape, std::string(path) + "[" + std::to_string(i) + "]",
                   std::to_string(given[i].length) + " numbers",
                   std::to_string(owned[i]) + ", which the layer owns"});
}

Arena copy_of(const std::vector<int64_t>& lengths, const std::vector<TensorValues>& values,
              Memory& memory) {
  Arena arena(lengths, 1, memory);
  for (size_t i = 0; i < values.size(); ++i)
    if (values[i].length > 0)
      memory.write(arena.tensor(0, i), values[i].data, values[i].length * sizeof(float));
  return arena;
}

}  // namespace

ServedModel::ServedModel(ServedModelOptions options, const std::vector<TensorValues>& parameters,
                         const std::vector<TensorValues>& statistics)
    : layers_(std::move(options.layers)),
      output_layers_(options.output_layers),
      backend_(open_backend(options.device)),
      memory_{.bytes = options.memory_limit, .held = 0} {
  std::vector<int64_t> of_parameters, of_statistics;
  for (const auto& layer : layers_) {
    for (const Parameter* own : layer->parameters()) of_parameters.push_back(own->length);
    for (const Statistic* own : layer->statistics()) of_statistics.push_back(own->length);
  }
  check_lengths("parameters", parameters, of_parameters);
  check_lengths("statistics", statistics, of_statistics);
  const size_t bytes = Arena::bytes_for(of_parameters, 1) + Arena::bytes_for(of_statistics, 1);
  memory_.require(bytes);
  parameters_ = copy_of(of_parameters, parameters, backend_.memory());
  statistics_ = copy_of(of_statistics, statistics, backend_.memory());
  memory_.held = bytes;
  size_t parameter = 0, statistic = 0;
  for (const auto& layer : layers_) {
    for (Parameter* own : layer->parameters()) own->value = parameters_.tensor(0, parameter++);
    for (Statistic* own : layer->statistics()) own->value = statistics_.tensor(0, statistic++);
  }
}

void ServedModel::check_inputs(const float* inputs, int64_t rows) const {
  const int64_t limit = layers_.front()->index_limit();
  if (limit > 0)
    check_indices(rows, this->inputs(), limit, "", nullptr, [=](int64_t i) { return inputs[i]; });
}

}  // namespace thalweg
