// The engine's loop of steps: one by one, or many in flight on a queued backend.
#include <algorithm>
#include <utility>

#include "core/round.h"
#include "core/threads.h"
#include "train/engine_run.h"
#include "train/half_step.h"
#include "train/refuse_batch.h"

namespace thalweg {

namespace {

int64_t step_count(const TrainRequest& request, const Order& order) {
  const auto rows = static_cast<int64_t>(order.length());
  const int64_t batch = request.batch_size;
  const int64_t all = request.drop_last ? rows / batch : ceil_div(rows, batch);
  return request.most_steps > 0 ? std::min(all, request.most_steps) : all;
}

}  // namespace

// The settings of step `number` of the epoch, `ahead` of the last one reported.
StepSettings Engine::settings_of(Run& run, int64_t number, int64_t ahead) {
  StepSettings settings = run.settings.at(run.progress.steps + ahead);
  if (number + 1 == run.source.steps) settings.ended_epoch = run.request.epoch + 1;
  return settings;
}

bool Engine::differentiate(Run& run, int64_t number, const double* dropout_rates,
                           LossResult* loss) {
  const bool whole = run.parts_a_step() == 1;
  const int64_t rows = rows_of(run.source, number), size = run.parts.batch_size;
  run.gradients = whole ? &gradients_ : &sum_->tensors();
  if (!whole) sum_->clear();
  for (int64_t part = 0; part * size < rows; ++part) {
    run.part_rows = run.feed->load(number * run.parts_a_step() + part);
    const RunMode mode{.training = true,
                       .seed = options_.seed,
                       .step = static_cast<uint64_t>(stepper_.step_count()),
                       .part = static_cast<uint64_t>(part),
                       .cancel = &run.cancel,
                       .dropout_rates = dropout_rates};
    LossResult found;
    if (!plan_.forward(mode) || !plan_.backward(mode, &found)) return false;
    loss->sum += found.sum;
    loss->correct += found.correct;
    if (!whole)
      sum_->add(gradients_.data(), static_cast<double>(run.part_rows) / static_cast<double>(rows));
  }
  return true;
}

bool Engine::step(Run& run, int64_t number) {
  Outcome outcome;
  const bool taken = is_guarded(run) ? take_twice(run, number, &outcome)
                                     : take(run, number, Watch::kMonitored, &outcome);
  if (taken) run.count(outcome.loss, rows_of(run.source, number), outcome.stepped);
  return taken;
}

bool Engine::take(Run& run, int64_t number, Watch watch, Outcome* outcome) {
  StepSettings settings = settings_of(run, number, 0);
  if (!differentiate(run, number, settings.dropout_rates, &outcome->loss)) return false;
  settings.loss = outcome->loss.sum;
  try {
    outcome->stepped = update(run, settings, watch);
  } catch (const Error& error) {
    if (error.fields().code == "NONFINITE") refuse_batch(error.fields(), run.source, number);
    throw;
  }
  return true;
}

// The optimizer's step, with the monitor around it.
StepReport Engine::update(const Run& run, const StepSettings& settings, Watch watch) {
  const float* const* gradients = run.gradients->data();
  const bool monitored = watch == Watch::kMonitored && is_monitored(run);
  const int64_t taken = stepper_.step_count();
  MonitorView seen;
  if (monitored) {
    seen = view(run.part_rows, gradients);
    run.request.monitor->before(seen);
  }
  const StepReport stepped = stepper_.step(parameters_.data(), gradients, settings);
  if (!stepped.skipped) complete_step([&] { plan_.keep_statistics(nullptr); });
  if (monitored) run.request.monitor->after(seen, taken);
  return stepped;
}

void Engine::run_one_by_one(Run& run) {
  for (int64_t number = run.request.first_step; number < run.source.steps; ++number) {
    if (!step(run, number)) {
      run.progress.cancelled = true;
      return;
    }
    if (run.await_snapshot_place()) keep(run);
  }
}

void Engine::keep(Run& run) {
  Snapshot& place = *run.request.snapshots.place;
  save(place, &run.cancel);
  run.owes_snapshot = false;
  place.fill();
  try {
    run.request.snapshots.taken(run.progress);
  } catch (...) {
    place.release();  // nobody reads what nobody is told of
    throw;
  }
}

void Engine::wait_for_device() {
  if (!device_batches_) return;
  // Other threads, whose queues are others, read the state next.
  char byte;
  backend_.memory().read(&byte, plan_.loss_place(), sizeof byte);
}

// Counts the steps in flight that were taken. The pipeline is made anew: what failed may
// have queued half a step.
void Engine::abandon_steps() {
  try {
    if (pipeline_) pipeline_->settle();
    wait_for_device();
  } catch (...) {
    // The device is lost, or there is no memory: the error under way, or the next call, says so.
  }
  pipeline_.reset();
}

void Engine::run_steps(Run& run) {
  const bool queued = device_batches_ && run.parts_a_step() == 1;
  if (!queued) pipeline_.reset();  // its steps are bound to other gradients
  try {
    if (queued)
      run_queued(run);
    else
      run_one_by_one(run);
    wait_for_device();
  } catch (const Aborted&) {
    abandon_steps();
    const TrainProgress& done = run.progress;
    run.progress.cancelled = done.steps + done.skipped < run.source.steps;
  } catch (...) {
    abandon_steps();
    throw;
  }
}

// Keeps the device fed. A halted step is run again by itself, which says what was
// wrong, or skips it.
void Engine::run_queued(Run& run) {
  stepper_.bind(parameters_.data(), gradients_.data());
  if (!pipeline_)
    pipeline_ =
        std::make_unique<StepPipeline>(*backend_.queued(), plan_, stepper_, *device_batches_);
  pipeline_->begin(run.source, options_.seed);
  int64_t next = run.request.first_step;
  for (;;) {
    const bool pushes = next < run.source.steps && !run.cancel.is_set() &&
                        !run.await_snapshot_place() && !run.is_snapshot_ahead(pipeline_->size());
    // A step that is looked at runs by itself, once those before it are done.
    const bool watched = pushes && (is_monitored(run) || is_guarded(run));
    if (watched && pipeline_->is_empty()) {
      if (!step(run, next)) break;
      ++next;
      continue;
    }
    if (pushes && !watched && !pipeline_->is_full()) {
      pipeline_->push(next, settings_of(run, next, pipeline_->size()));
      ++next;
      continue;
    }
    if (pipeline_->is_empty()) {
      if (!run.await_snapshot_place()) break;
      keep(run);
      continue;
    }
    const StepPipeline::Step done = pipeline_->pop();
    if (done.receipt.halted == 0) {
      StepReport stepped;
      if (done.reports_norm) stepped.gradient_norm = done.receipt.gradient_norm;
      run.count({.sum = done.receipt.loss_sum, .correct = done.receipt.correct}, done.rows,
                stepped);
      continue;
    }
    pipeline_->rewind();
    next = done.number;
    if (!step(run, next)) break;
    ++next;
  }
  run.progress.cancelled = next < run.source.steps;
}

// Bytes of the copies that a run keeps: the state for checkpoints, weights for the monitor.
size_t Engine::copies_of(const TrainRequest& request) const {
  const Snapshot* place = request.snapshots.place.get();
  size_t bytes = place == nullptr ? 0 : place->bytes();
  if (request.monitor)
    for (const StepperTensor& tensor : options_.stepper.tensors)
      bytes += static_cast<size_t>(tensor.length) * sizeof(float);
  return bytes;
}

TrainProgress Engine::train(const TrainRequest& request, const CancelFlag& cancel,
                            const std::function<void(const TrainProgress&)>& report) {
  try {
    return run_epoch(request, cancel, report);
  } catch (const Aborted&) {  // before its first step
    TrainProgress progress = request.before;
    progress.cancelled = true;
    return progress;
  }
}

TrainProgress Engine::run_epoch(const TrainRequest& request, const CancelFlag& cancel,
                                const std::function<void(const TrainProgress&)>& report) {
  const size_t copies = copies_of(request);
  require_memory(copies);
  const HeldMemory held(memory_, copies);
  const data::Dataset& dataset = *request.dataset;
  check_dataset(dataset, kDatasetName, &cancel);
  if (request.validation) check_dataset(*request.validation, "fit.validation", &cancel);
  const Order order({.length = static_cast<uint64_t>(dataset.rows),
                     .seed = options_.seed,
                     .epoch = static_cast<uint64_t>(request.epoch),
                     .shuffle = request.shuffle,
                     .sampling = request.sampling,
                     .shape = {.batch = static_cast<uint64_t>(request.batch_size)}},
                    {.threads = thread_count(), .cancel = &cancel});
  const BatchSource source = {&dataset, &order, request.batch_size, step_count(request, order),
                              &cancel};
  if (request.first_step > source.steps)
    throw Error({"RANGE", "before", std::to_string(request.first_step) + " steps done",
                 "at most " + std::to_string(source.steps) + ", the steps of the epoch", ""});
  BatchSource parts = source;
  parts.batch_size = request.part_rows;
  Run run = {request, cancel,        report,
             source,  parts,         SettingsReader(request.settings, request.rates, stepper_),
             nullptr, request.before};
  const auto rows = static_cast<int64_t>(order.length());
  run.parts.steps = std::min(source.steps * run.parts_a_step(), ceil_div(rows, request.part_rows));
  const bool whole = run.parts_a_step() == 1;
  if (!whole && !sum_) {
    const size_t bytes = GradientSum::bytes_for(options_.stepper.tensors);
    require_memory(bytes);
    sum_ = std::make_unique<GradientSum>(options_.stepper.tensors, backend_);
    memory_.held += bytes;
  }
  begin_guard(request, cancel);
  run.feed = make_feed(run.parts);
  run.first_step_count = stepper_.step_count() - request.before.steps;
  has_averaged_statistics_ = false;  // the average moves on
  run_steps(run);
  end_guard(request);
  return run.progress;
}

}  // namespace thalweg
