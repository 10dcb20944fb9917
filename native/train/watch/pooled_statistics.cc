#include "train/watch/pooled_statistics.h"

#include <utility>

namespace thalweg {

// Merges two sets of rows into one (Chan, Golub and LeVeque 1979).
void PooledStatistics::add(const std::vector<SeenMoments>& layers) {
  layers_.resize(layers.size());
  for (size_t i = 0; i < layers.size(); ++i) {
    const Moments& batch = layers[i].batch;
    const int64_t columns = layers[i].columns;
    std::vector<float> mean(columns), variance(columns);
    memory_.read(mean.data(), batch.mean, mean.size() * sizeof(float));
    memory_.read(variance.data(), batch.variance, variance.size() * sizeof(float));
    Layer& layer = layers_[i];
    layer.columns.resize(columns);
    const auto before = static_cast<double>(layer.rows), rows = static_cast<double>(layers[i].rows);
    for (int64_t column = 0; column < columns; ++column) {
      Column& all = layer.columns[column];
      const double distance = mean[column] - all.mean;
      all.mean += distance * rows / (before + rows);
      all.squares +=
          variance[column] * rows + distance * distance * before * rows / (before + rows);
    }
    layer.rows += layers[i].rows;
  }
}

void PooledStatistics::write(const std::vector<SeenMoments>& layers) const {
  std::vector<std::vector<float>> values;  // computed before anything is written
  for (size_t i = 0; i < layers_.size(); ++i) {
    const auto count = static_cast<double>(layers_[i].rows - (layers[i].unbiased ? 1 : 0));
    std::vector<float> mean, variance;
    for (const Column& column : layers_[i].columns) {
      mean.push_back(static_cast<float>(column.mean));
      variance.push_back(static_cast<float>(column.squares / count));
    }
    values.push_back(std::move(mean));
    values.push_back(std::move(variance));
  }
  for (size_t i = 0; i < layers_.size(); ++i) {
    const size_t bytes = layers_[i].columns.size() * sizeof(float);
    memory_.write(layers[i].running.mean, values[2 * i].data(), bytes);
    memory_.write(layers[i].running.variance, values[2 * i + 1].data(), bytes);
  }
}

}  // namespace thalweg
