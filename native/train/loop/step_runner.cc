#include "train/loop/step_runner.h"

#include <string>

#include "train/data/refuse_batch.h"
#include "train/loop/step_stages.h"
#include "train/step/half_step.h"

namespace thalweg {

void StepRunner::reserve_parts() {
  if (sum_) return;
  const size_t bytes = GradientSum::bytes_for(context_.state.tensors());
  context_.require_memory(bytes);
  sum_ = std::make_unique<GradientSum>(context_.state.tensors(), context_.backend);
  context_.memory.held += bytes;
}

// The stages of a step whose results the host waits for.
class StepRunner::Stages final : public StepStages {
 public:
  Stages(StepRunner& runner, TrainingRun& run, int64_t number, bool monitored, Outcome* outcome)
      : runner_(runner),
        context_(runner.context_),
        run_(run),
        number_(number),
        is_whole_(run.parts_a_step() == 1),
        monitored_(monitored),
        settings_(run.settings_of(number, 0)),
        outcome_(outcome) {}

  bool differentiate() override;
  GradientArray gradients() override {
    return is_whole_ ? context_.state.gradient_array() : runner_.sum_->array();
  }
  void update() override;
  void observe() override {
    if (monitored_) run_.request.monitor->after(view_, taken_);
  }

 private:
  bool differentiate_part(int64_t part, int64_t rows);

  StepRunner& runner_;
  const PassContext& context_;
  TrainingRun& run_;
  int64_t number_;
  bool is_whole_;
  bool monitored_;
  StepSettings settings_;
  Outcome* outcome_;
  int64_t part_rows_ = 0;  // rows of the latest part
  int64_t taken_ = 0;      // the trainer's steps before this one
  MonitorView view_;
};

bool StepRunner::Stages::differentiate() {
  const int64_t rows = rows_of(run_.source, number_), size = run_.parts.batch_size;
  if (!is_whole_) runner_.sum_->clear();
  for (int64_t part = 0; part * size < rows; ++part)
    if (!differentiate_part(part, rows)) return false;
  settings_.loss = outcome_->loss.sum;
  return true;
}

bool StepRunner::Stages::differentiate_part(int64_t part, int64_t rows) {
  const TrainState& state = context_.state;
  part_rows_ = run_.feed->load(number_ * run_.parts_a_step() + part);
  const RunMode mode{.training = true,
                     .seed = context_.options.seed,
                     .step = static_cast<uint64_t>(context_.state.stepper().step_count()),
                     .part = static_cast<uint64_t>(part),
                     .cancel = &run_.cancel,
                     .dropout_rates = settings_.dropout_rates};
  LossResult found;
  if (!context_.plan.forward(mode) || !context_.plan.backward(mode, &found)) return false;
  outcome_->loss.sum += found.sum;
  outcome_->loss.correct += found.correct;
  if (!is_whole_)
    runner_.sum_->add(state.gradients().data(),
                      static_cast<double>(part_rows_) / static_cast<double>(rows));
  return true;
}

void StepRunner::Stages::update() {
  TrainState& state = context_.state;
  const float* const* gradients =
      is_whole_ ? state.gradients().data() : runner_.sum_->tensors().data();
  taken_ = state.stepper().step_count();
  if (monitored_) {
    view_ = runner_.view(part_rows_, gradients);
    run_.request.monitor->before(view_);
  }
  outcome_->stepped = state.stepper().step(state.parameters().data(), gradients, settings_);
  if (!outcome_->stepped.skipped) complete_step([&] { context_.plan.update_statistics(nullptr); });
}

bool StepRunner::step(TrainingRun& run, int64_t number) {
  Outcome outcome;
  const bool taken = is_guarded(run) ? take_twice(run, number, &outcome)
                                     : take(run, number, Watch::kMonitored, &outcome);
  if (taken) run.count(outcome.loss, rows_of(run.source, number), outcome.stepped);
  return taken;
}

bool StepRunner::take(TrainingRun& run, int64_t number, Watch watch, Outcome* outcome) {
  const bool monitored = watch == Watch::kMonitored && is_monitored(run);
  Stages stages(*this, run, number, monitored, outcome);
  try {
    return take_step(stages, *context_.options.reducer);
  } catch (const Error& error) {
    if (error.fields().code == ErrorCode::kNonfinite)
      refuse_batch(error.fields(), run.source, number);
    throw;
  }
}

// Takes the step, goes back and takes it again. Both must give the same bits. Where they do not, or
// the second is cancelled, the state is that before the step.
bool StepRunner::take_twice(TrainingRun& run, int64_t number, Outcome* outcome) {
  Stepper& stepper = context_.state.stepper();
  Guard& guard = context_.state.guard();
  guard.keep(stepper.counters(), run.cancel);
  if (!take(run, number, Watch::kAlone, outcome)) return false;
  const auto go_back = [&] {  // allocates nothing
    guard.put_back();
    stepper.set_counters(guard.counters());
  };
  Guard::Digests first;
  try {
    first = guard.digests(&run.cancel);
  } catch (...) {
    go_back();
    throw;
  }
  go_back();
  Outcome again;
  if (!take(run, number, Watch::kMonitored, &again)) return false;
  try {
    const std::string step = std::to_string(guard.counters().steps + 1);
    guard.compare(first, guard.digests(&run.cancel), "when step " + step + " was taken again");
  } catch (...) {
    go_back();
    throw;
  }
  return true;
}

bool StepRunner::is_monitored(const TrainingRun& run) const {
  const Monitor* monitor = run.request.monitor.get();
  return monitor != nullptr && monitor->observes(context_.state.stepper().step_count());
}

bool StepRunner::is_guarded(const TrainingRun& run) const {
  const int64_t every = run.request.guard_every;
  return every > 0 && context_.state.stepper().step_count() % every == 0;
}

MonitorView StepRunner::view(int64_t rows, const float* const* gradients) const {
  const TrainState& state = context_.state;
  const auto& layers = context_.options.network.layers;
  MonitorView view;
  view.rows = rows;
  if (context_.batches.device() != nullptr) view.memory = &context_.backend.memory();
  for (size_t i = 0; i < state.tensors().size(); ++i)
    view.tensors.push_back({state.parameters()[i], gradients[i], state.tensors()[i].length});
  for (size_t i = 0; i < layers.size(); ++i)
    view.layers.push_back(
        {layers[i]->units_die() ? context_.plan.outputs(i) : nullptr, layers[i]->outputs()});
  return view;
}

}  // namespace thalweg
