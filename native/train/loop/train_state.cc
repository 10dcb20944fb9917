#include "train/loop/train_state.h"

#include <algorithm>
#include <string>

namespace thalweg {

TrainState::TrainState(const EngineOptions& options, Backend& backend)
    : options_(options),
      backend_(backend),
      arena_(lengths_of(options.stepper.tensors), 2, backend.memory()),
      statistics_(lengths_of(options.statistics), 2, backend.memory()),
      stepper_(options.stepper, backend) {
  for (size_t i = 0; i < tensors().size(); ++i) {
    parameters_.push_back(arena_.tensor(0, i));
    gradients_.push_back(arena_.tensor(1, i));
    if (stepper_.average(i) != nullptr) averages_.push_back(stepper_.average(i));
  }
  fill();
  make_list();
}

size_t TrainState::bytes_for(const EngineOptions& options) {
  return Arena::bytes_for(lengths_of(options.stepper.tensors), 2) +
         Arena::bytes_for(lengths_of(options.statistics), 2) + Stepper::bytes_for(options.stepper);
}

void TrainState::fill() {
  for (size_t i = 0; i < tensors().size(); ++i) {
    std::vector<float> values(tensors()[i].length);
    initialise(options_.network.initials[i], options_.seed, i, tensors()[i].length, values.data());
    write_parameter(i, values.data());
  }
  for (size_t i = 0; i < statistics().size(); ++i) {
    const auto& [name, length, initial] = statistics()[i];
    write_statistic(i, std::vector<float>(length, initial).data());
  }
}

void TrainState::make_list() {
  for (size_t i = 0; i < tensors().size(); ++i)
    list_.push_back({"parameters/" + tensors()[i].name, parameters_[i], tensors()[i].length});
  const auto& slots = stepper_.rule().slots;
  for (size_t slot = 0; slot < slots.size(); ++slot)
    for (size_t i = 0; i < tensors().size(); ++i)
      list_.push_back({"slots/" + std::string(slots[slot]) + "/" + tensors()[i].name,
                       stepper_.slot(static_cast<int>(slot), i), tensors()[i].length});
  const std::string kind = average_name(options_.stepper.average.kind);
  for (size_t i = 0; i < averages_.size(); ++i)
    list_.push_back(
        {"averages/" + kind + "/" + tensors()[i].name, averages_[i], tensors()[i].length});
  for (size_t i = 0; i < statistics().size(); ++i)
    list_.push_back(
        {"statistics/" + statistics()[i].name, statistics_.tensor(0, i), statistics()[i].length});
  if (averages_.empty()) return;
  for (size_t i = 0; i < statistics().size(); ++i)
    list_.push_back({"averagedStatistics/" + statistics()[i].name, statistics_.tensor(1, i),
                     statistics()[i].length});
}

void TrainState::read(int array, size_t index, float* out) const {
  backend_.memory().read(out, arena_.tensor(array, index), tensors()[index].length * sizeof(float));
}

void TrainState::read_average(size_t index, float* out) const {
  backend_.memory().read(out, averages_.at(index), tensors()[index].length * sizeof(float));
}

void TrainState::write_parameter(size_t index, const float* values) {
  forget_idle();
  stepper_.forget_parameters();
  const StepperTensor& tensor = tensors()[index];
  const size_t bytes = static_cast<size_t>(tensor.length) * sizeof(float);
  backend_.memory().write(parameters_[index], values, bytes);
  // No step moves the average of a frozen tensor, so it is written here.
  if (tensor.frozen && stepper_.averages())
    backend_.memory().write(stepper_.average(index), values, bytes);
}

void TrainState::read_statistic(size_t index, float* out, Weights weights) const {
  backend_.memory().read(out, statistics_.tensor(statistics_of(weights), index),
                         statistics()[index].length * sizeof(float));
}

void TrainState::write_statistic(size_t index, const float* values) {
  forget_idle();
  backend_.memory().write(statistics_.tensor(0, index), values,
                          statistics()[index].length * sizeof(float));
}

void TrainState::save(Snapshot& snapshot, const CancelFlag* cancel) {
  check_idle(cancel);
  snapshot.take(StateBlocks(list_, backend_.queued() == nullptr), backend_.memory(), cancel);
  snapshot.counters = stepper_.counters();
  snapshot.has_averaged_statistics = has_averaged_statistics_;
}

void TrainState::load(const Snapshot& snapshot) {
  stepper_.check_counters(snapshot.counters);
  // The list of blocks needs memory, so it is made before anything changes.
  const StateBlocks blocks(list_, backend_.queued() == nullptr);
  snapshot.check_size(blocks);
  forget_idle();
  snapshot.put_back(blocks, backend_.memory());
  stepper_.set_counters(snapshot.counters);
  stepper_.forget_state();
  has_averaged_statistics_ = snapshot.has_averaged_statistics && !averages_.empty();
}

void TrainState::read_bytes(size_t offset, char* out, size_t bytes) const {
  for (const StateTensor& tensor : list_) {
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
    throw Error({ErrorCode::kRange, "state", std::to_string(bytes) + " bytes beyond its end",
                 "bytes within the state"});
}

void TrainState::make_guard() {
  guard_ = std::make_unique<Guard>(list_, backend_.memory(), backend_.queued() == nullptr);
}

void TrainState::begin_run(bool guarded, const CancelFlag& cancel) {
  if (!guarded) return forget_idle();
  // Where this throws, the digests stay, so that no checkpoint is made of a wrong state.
  check_idle(&cancel);
  forget_idle();
}

void TrainState::end_run(bool guarded) {
  if (guarded) idle_digests_ = guard_->digests();
}

void TrainState::check_idle(const CancelFlag* cancel) {
  if (idle_digests_.empty()) return;
  const std::string step = std::to_string(stepper_.step_count());
  guard_->compare(idle_digests_, guard_->digests(cancel),
                  "than after step " + step + ", though no step ran since");
}

}  // namespace thalweg
