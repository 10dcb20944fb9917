#include "train/engine.h"

#include <algorithm>
#include <utility>

#include "train/batch_feed.h"
#include "train/check_indices.h"
#include "train/check_labels.h"
#include "train/frozen.h"

namespace thalweg {

namespace {

// What the trainer holds from the beginning, or MEMORY.
MemoryLimit check_memory(const EngineOptions& options) {
  MemoryLimit memory{.bytes = options.memory_limit};
  memory.held = Arena::bytes_for(lengths_of(options.stepper.tensors), 2) +
                Arena::bytes_for(lengths_of(options.statistics), 2) +
                Stepper::bytes_for(options.stepper);
  memory.require(0);
  return memory;
}

// The options, with what is frozen marked in the network.
EngineOptions marked(EngineOptions options) {
  mark_frozen(options.stepper.tensors, options.network.layers);
  return options;
}

}  // namespace

Engine::Engine(EngineOptions options)
    : options_(marked(std::move(options))),
      backend_(open_backend(options_.device)),
      memory_(check_memory(options_)),
      arena_(lengths_of(options_.stepper.tensors), 2, backend_.memory()),
      statistics_(lengths_of(options_.statistics), 2, backend_.memory()),
      plan_(options_.network, arena_, statistics_, memory_, backend_),
      stepper_(options_.stepper, backend_) {
  for (size_t i = 0; i < options_.stepper.tensors.size(); ++i) {
    std::vector<float> values(options_.stepper.tensors[i].length);
    initialise(options_.network.initials[i], options_.seed, i, options_.stepper.tensors[i].length,
               values.data());
    write_parameter(i, values.data());
    parameters_.push_back(arena_.tensor(0, i));
    gradients_.push_back(arena_.tensor(1, i));
    if (stepper_.average(i) != nullptr) averages_.push_back(stepper_.average(i));
  }
  for (size_t i = 0; i < options_.statistics.size(); ++i) {
    const auto& [name, length, initial] = options_.statistics[i];
    write_statistic(i, std::vector<float>(length, initial).data());
  }
  list_state();
  if (QueuedBackend* queue = backend_.queued())
    device_batches_ = std::make_unique<DeviceBatches>(*queue);
}

void Engine::list_state() {
  const auto& tensors = options_.stepper.tensors;
  for (size_t i = 0; i < tensors.size(); ++i)
    state_.push_back({"parameters/" + tensors[i].name, parameters_[i], tensors[i].length});
  const auto& slots = stepper_.rule().slots;
  for (size_t slot = 0; slot < slots.size(); ++slot)
    for (size_t i = 0; i < tensors.size(); ++i)
      state_.push_back({"slots/" + std::string(slots[slot]) + "/" + tensors[i].name,
                        stepper_.slot(static_cast<int>(slot), i), tensors[i].length});
  const std::string kind = average_name(options_.stepper.average.kind);
  for (size_t i = 0; i < averages_.size(); ++i)
    state_.push_back({"averages/" + kind + "/" + tensors[i].name, averages_[i], tensors[i].length});
  const auto& statistics = options_.statistics;
  for (size_t i = 0; i < statistics.size(); ++i)
    state_.push_back(
        {"statistics/" + statistics[i].name, statistics_.tensor(0, i), statistics[i].length});
  if (averages_.empty()) return;
  for (size_t i = 0; i < statistics.size(); ++i)
    state_.push_back({"averagedStatistics/" + statistics[i].name, statistics_.tensor(1, i),
                      statistics[i].length});
}

void Engine::save(Snapshot& snapshot, const CancelFlag* cancel) {
  check_rest(cancel);
  snapshot.take(StateBlocks(state_, backend_.queued() == nullptr), backend_.memory(), cancel);
  snapshot.counters = stepper_.counters();
  snapshot.has_averaged_statistics = has_averaged_statistics_;
}

void Engine::check_rest(const CancelFlag* cancel) {
  if (at_rest_.empty()) return;
  const std::string step = std::to_string(stepper_.step_count());
  guard_->compare(at_rest_, guard_->digests(cancel),
                  "than after step " + step + ", since when none ran");
}

void Engine::read_state(size_t offset, char* out, size_t bytes) const {
  for (const StateTensor& tensor : state_) {
    const size_t length = static_cast<size_t>(tensor.length) * sizeof(float);
    if (offset < length) {
      const size_t part = std::min(bytes, length - offset);
      const char* from = reinterpret_cast<const char*>(tensor.data) + offset;
      if (part > 0) backend_.memory().read(out, from, part);
      out += part;
      bytes -= part;
      offset = length;
    }
    offset -= length;
  }
  if (bytes > 0)
    throw Error({"RANGE", "state", std::to_string(bytes) + " bytes beyond it", "bytes of it", ""});
}

void Engine::load(const Snapshot& snapshot) {
  stepper_.check_counters(snapshot.counters);
  // Takes memory, so before anything changes.
  const StateBlocks blocks(state_, backend_.queued() == nullptr);
  snapshot.check_size(blocks);
  forget_rest();
  snapshot.put_back(blocks, backend_.memory());
  stepper_.set_counters(snapshot.counters);
  has_averaged_statistics_ = snapshot.has_averaged_statistics && !averages_.empty();
}

void Engine::read(int array, size_t index, float* out) const {
  backend_.memory().read(out, arena_.tensor(array, index),
                         options_.stepper.tensors[index].length * sizeof(float));
}

void Engine::read_average(size_t index, float* out) const {
  backend_.memory().read(out, averages_.at(index),
                         options_.stepper.tensors[index].length * sizeof(float));
}

void Engine::write_parameter(size_t index, const float* values) {
  forget_rest();
  const StepperTensor& tensor = options_.stepper.tensors[index];
  const size_t bytes = static_cast<size_t>(tensor.length) * sizeof(float);
  backend_.memory().write(arena_.tensor(0, index), values, bytes);
  // No step moves the average of what no step moves.
  if (tensor.frozen && stepper_.averages())
    backend_.memory().write(stepper_.average(index), values, bytes);
}

void Engine::read_statistic(size_t index, float* out, Weights weights) const {
  backend_.memory().read(out, statistics_.tensor(statistics_of(weights), index),
                         options_.statistics[index].length * sizeof(float));
}

void Engine::write_statistic(size_t index, const float* values) {
  forget_rest();
  backend_.memory().write(statistics_.tensor(0, index), values,
                          options_.statistics[index].length * sizeof(float));
}

void Engine::check_dataset(const data::Dataset& dataset, const char* name,
                           const CancelFlag* cancel) {
  if (checked_.count(dataset.serial) > 0) return;
  const LayerOptions& first = options_.network.layers.front();
  if (first.kind == LayerKind::kEmbedding) check_indices(dataset, first.count, name, cancel);
  check_labels(dataset, options_.network.loss, output_width(), name, cancel);
  checked_.insert(dataset.serial);
}

std::unique_ptr<BatchFeed> Engine::make_feed(const BatchSource& source) {
  check_dataset(*source.dataset, kDatasetName, source.cancel);
  if (device_batches_) return std::make_unique<DeviceFeed>(source, plan_, *device_batches_);
  return std::make_unique<HostFeed>(source, plan_);
}

size_t Engine::bytes() const { return memory_.held + plan_.bytes(); }

}  // namespace thalweg
