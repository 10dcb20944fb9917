// All that training moves: weights, gradients, statistics, averages, slots and counters. This is
// where the state is read, written, copied, restored and guarded.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "backends/backend.h"
#include "core/arena.h"
#include "core/cancel.h"
#include "train/loop/engine_options.h"
#include "train/step/gradient_reducer.h"
#include "train/step/stepper.h"
#include "train/watch/guard.h"
#include "train/watch/snapshot.h"

namespace thalweg {

// The weights that a pass without training uses.
enum class Weights { kRaw, kAveraged };

class TrainState {
 public:
  // The options and the backend outlive the state.
  TrainState(const EngineOptions& options, Backend& backend);
  static size_t bytes_for(const EngineOptions& options);

  const std::vector<StepperTensor>& tensors() const { return options_.stepper.tensors; }
  // The running statistics: the mean, then the variance of each batch norm.
  const std::vector<StatisticOptions>& statistics() const { return options_.statistics; }
  Stepper& stepper() { return stepper_; }

  // These arrays lie in the backend's memory.
  const Arena& arena() const { return arena_; }                  // 0: parameters, 1: gradients
  const Arena& statistics_arena() const { return statistics_; }  // 0: raw, 1: averaged
  const std::vector<float*>& parameters() const { return parameters_; }
  const std::vector<float*>& averages() const { return averages_; }  // empty: none are kept
  const std::vector<const float*>& gradients() const { return gradients_; }
  GradientArray gradient_array() const { return {arena_.base(1), arena_.array_length()}; }

  // These calls copy whole tensors between the host and the backend's memory.
  void read_parameter(size_t index, float* out) const { read(0, index, out); }
  void read_gradient(size_t index, float* out) const { read(1, index, out); }
  void read_average(size_t index, float* out) const;
  void write_parameter(size_t index, const float* values);
  void read_statistic(size_t index, float* out, Weights weights = Weights::kRaw) const;
  void write_statistic(size_t index, const float* values);

  // True where averaged weights have statistics of their own: from a refresh until the next step or
  // load.
  bool has_averaged_statistics() const { return has_averaged_statistics_; }
  void set_averaged_statistics(bool present) { has_averaged_statistics_ = present; }
  // Returns the array of the statistics arena that goes with the weights.
  int statistics_of(Weights weights) const {
    return weights == Weights::kAveraged && has_averaged_statistics_ ? 1 : 0;
  }

  // The tensors and counters that a run needs to continue, besides its options, and copies of them.
  const std::vector<StateTensor>& list() const { return list_; }
  StepCounters counters() const { return stepper_.counters(); }
  // Copies the state to the snapshot. Throws CORRUPTION as check_idle() does, and Aborted where
  // `cancel` is set.
  void save(Snapshot& snapshot, const CancelFlag* cancel = nullptr);
  void load(const Snapshot& snapshot);
  // Reads bytes of the state from `offset` on, laid out as in a snapshot. Throws RANGE.
  void read_bytes(size_t offset, char* out, size_t bytes) const;

  bool has_guard() const { return guard_ != nullptr; }
  size_t guard_bytes() const { return Guard::bytes_for(list_); }
  // Makes the guard, which a guarded run needs. Throws MEMORY.
  void make_guard();
  // A run begins with `guarded` set where some of its steps are taken twice. Between two guarded
  // runs nothing may move the state. Throws CORRUPTION and Aborted.
  void begin_run(bool guarded, const CancelFlag& cancel);
  void end_run(bool guarded);
  // Throws CORRUPTION where the state has changed since the end of a guarded run and no call moved
  // it.
  void check_idle(const CancelFlag* cancel = nullptr);
  // Call it when the state is moved from outside.
  void forget_idle() { idle_digests_.clear(); }
  // There is a guard from the first guarded run on.
  Guard& guard() { return *guard_; }

 private:
  void fill();
  void make_list();
  void read(int array, size_t index, float* out) const;

  const EngineOptions& options_;
  Backend& backend_;
  Arena arena_;
  Arena statistics_;
  bool has_averaged_statistics_ = false;
  Stepper stepper_;
  std::vector<float*> parameters_;
  std::vector<float*> averages_;
  std::vector<const float*> gradients_;
  std::vector<StateTensor> list_;
  std::unique_ptr<Guard> guard_;
  Guard::Digests idle_digests_;  // the state's at the end of a guarded run; empty: unknown
};

}  // namespace thalweg
