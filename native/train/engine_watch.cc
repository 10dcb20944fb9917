// What looks at the engine's steps: the guard, which takes some of them twice, and the monitor.
#include "train/engine_run.h"

namespace thalweg {

bool Engine::is_guarded(const Run& run) const {
  const int64_t every = run.request.guard_every;
  return every > 0 && stepper_.step_count() % every == 0;
}

// Takes the step, goes back and takes it again: both must end in the same bits. Where they
// do not, or the second is cancelled, the state is the one before.
bool Engine::take_twice(Run& run, int64_t number, Outcome* outcome) {
  guard_->keep(stepper_.counters(), run.cancel);
  if (!take(run, number, Watch::kAlone, outcome)) return false;
  const auto go_back = [&] {  // takes no memory
    guard_->put_back();
    stepper_.set_counters(guard_->counters());
  };
  Guard::Digests first;
  try {
    first = guard_->digests(&run.cancel);
  } catch (...) {
    go_back();
    throw;
  }
  go_back();
  Outcome again;
  if (!take(run, number, Watch::kMonitored, &again)) return false;
  try {
    const std::string step = std::to_string(guard_->counters().steps + 1);
    guard_->compare(first, guard_->digests(&run.cancel), "where step " + step + " was taken again");
  } catch (...) {
    go_back();
    throw;
  }
  return true;
}

void Engine::begin_guard(const TrainRequest& request, const CancelFlag& cancel) {
  if (request.guard_every == 0) return forget_rest();
  if (!guard_) {
    const size_t bytes = Guard::bytes_for(state_);
    require_memory(bytes);
    guard_ = std::make_unique<Guard>(state_, backend_.memory(), backend_.queued() == nullptr);
    memory_.held += bytes;
  }
  check_rest(&cancel);  // which stays as it is where it is wrong: no checkpoint may be made of it
  forget_rest();
}

void Engine::end_guard(const TrainRequest& request) {
  if (request.guard_every > 0) at_rest_ = guard_->digests();
}

bool Engine::is_monitored(const Run& run) const {
  const Monitor* monitor = run.request.monitor.get();
  return monitor != nullptr && monitor->looks_at(stepper_.step_count());
}

MonitorView Engine::view(int64_t rows, const float* const* gradients) {
  MonitorView view;
  view.rows = rows;
  if (device_batches_) view.memory = &backend_.memory();
  for (size_t i = 0; i < parameters_.size(); ++i)
    view.tensors.push_back({parameters_[i], gradients[i], options_.stepper.tensors[i].length});
  for (size_t i = 0; i < options_.network.layers.size(); ++i) {
    const LayerOptions& layer = options_.network.layers[i];
    const bool dies = layer.activation == Activation::kRelu;
    view.layers.push_back({dies ? plan_.outputs(i) : nullptr, layer.outputs});
  }
  return view;
}

}  // namespace thalweg
