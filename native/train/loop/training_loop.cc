#include "train/loop/training_loop.h"

#include <algorithm>
#include <string>

#include "core/round.h"
#include "core/threads.h"

namespace thalweg {

namespace {

int64_t step_count(const TrainRequest& request, const Order& order) {
  const auto rows = static_cast<int64_t>(order.length());
  const int64_t batch = request.batch_size;
  const int64_t all = request.drop_last ? rows / batch : ceil_div(rows, batch);
  return request.most_steps > 0 ? std::min(all, request.most_steps) : all;
}

Order order_of(const TrainRequest& request, uint64_t seed, const CancelFlag& cancel) {
  return Order({.length = static_cast<uint64_t>(request.dataset->format().rows),
                .seed = seed,
                .epoch = static_cast<uint64_t>(request.epoch),
                .shuffle = request.shuffle,
                .sampling = request.sampling,
                .shape = {.batch = static_cast<uint64_t>(request.batch_size)}},
               {.threads = thread_count(), .cancel = &cancel});
}

BatchSource parts_of(const BatchSource& source, int64_t part_rows) {
  BatchSource parts = source;
  parts.batch_size = part_rows;
  const int64_t parts_a_step = ceil_div(source.batch_size, part_rows);
  const auto rows = static_cast<int64_t>(source.order->length());
  parts.steps = std::min(source.steps * parts_a_step, ceil_div(rows, part_rows));
  return parts;
}

}  // namespace

TrainProgress TrainingLoop::train(const TrainRequest& request, const CancelFlag& cancel,
                                  const std::function<void(const TrainProgress&)>& report) {
  try {
    return run_epoch(request, cancel, report);
  } catch (const Aborted&) {  // the run was cancelled before its first step
    TrainProgress progress = request.before;
    progress.cancelled = true;
    return progress;
  }
}

TrainProgress TrainingLoop::run_epoch(const TrainRequest& request, const CancelFlag& cancel,
                                      const std::function<void(const TrainProgress&)>& report) {
  const size_t copies = bytes_of_copies(request);
  context_.require_memory(copies);
  const HeldMemory held(context_.memory, copies);
  check(request, cancel);
  const Order order = order_of(request, context_.options.seed, cancel);
  const BatchSource source = {request.dataset.get(), &order, request.batch_size,
                              step_count(request, order), &cancel};
  if (request.first_step > source.steps)
    throw Error({ErrorCode::kRange, "before", std::to_string(request.first_step) + " steps done",
                 "at most " + std::to_string(source.steps) + ", the steps of the epoch"});
  TrainState& state = context_.state;
  TrainingRun run = {request,
                     cancel,
                     report,
                     source,
                     parts_of(source, request.part_rows),
                     SettingsReader(request.settings, request.rates, state.stepper(),
                                    context_.options.network.dropout_count()),
                     nullptr,
                     request.before};
  if (run.parts_a_step() > 1) runner_.reserve_parts();
  const bool guarded = request.guard_every > 0;
  if (guarded) reserve_guard();
  state.begin_run(guarded, cancel);
  run.feed = context_.batches.feed(run.parts);
  run.first_step_count = state.stepper().step_count() - request.before.steps;
  state.set_averaged_statistics(false);  // steps move the average away from them
  run_steps(run);
  state.end_run(guarded);
  return run.progress;
}

void TrainingLoop::check(const TrainRequest& request, const CancelFlag& cancel) {
  context_.batches.check(*request.dataset, kDatasetName, &cancel);
  if (request.validation) context_.batches.check(*request.validation, "fit.validation", &cancel);
}

void TrainingLoop::reserve_guard() {
  if (context_.state.has_guard()) return;
  const size_t bytes = context_.state.guard_bytes();
  context_.require_memory(bytes);
  context_.state.make_guard();
  context_.memory.held += bytes;
}

// A run keeps copies of the state for checkpoints, and of the weights for the monitor.
size_t TrainingLoop::bytes_of_copies(const TrainRequest& request) const {
  const Snapshot* place = request.snapshots.place.get();
  size_t bytes = place == nullptr ? 0 : place->bytes();
  if (request.monitor)
    for (const StepperTensor& tensor : context_.state.tensors())
      bytes += static_cast<size_t>(tensor.length) * sizeof(float);
  return bytes;
}

void TrainingLoop::run_steps(TrainingRun& run) {
  const bool queued = context_.batches.device() != nullptr && run.parts_a_step() == 1;
  if (!queued) pipeline_.reset();  // its steps are bound to other gradients
  try {
    if (queued)
      run_queued(run);
    else
      run_one_by_one(run);
    context_.batches.wait();
  } catch (const Aborted&) {
    abandon_steps();
    const TrainProgress& done = run.progress;
    run.progress.cancelled = done.steps + done.skipped < run.source.steps;
  } catch (...) {
    abandon_steps();
    throw;
  }
}

void TrainingLoop::run_one_by_one(TrainingRun& run) {
  for (int64_t number = run.request.first_step; number < run.source.steps; ++number) {
    if (!runner_.step(run, number)) {
      run.progress.cancelled = true;
      return;
    }
    if (run.await_snapshot_place()) keep(run);
  }
}

void TrainingLoop::begin_pipeline(TrainingRun& run) {
  TrainState& state = context_.state;
  state.stepper().bind(state.parameters().data(), state.gradients().data());
  if (!pipeline_)
    pipeline_ = std::make_unique<StepPipeline>(StepPipeline::Context{
        *context_.backend.queued(), context_.plan, state.stepper(), *context_.batches.device(),
        *context_.options.reducer, state.gradient_array()});
  pipeline_->begin(run.source, context_.options.seed);
}

// Keeps the device busy: queues a step where there is room, else waits for the oldest one.
void TrainingLoop::run_queued(TrainingRun& run) {
  begin_pipeline(run);
  int64_t next = run.request.first_step;
  for (;;) {
    const bool pushes = next < run.source.steps && !run.cancel.is_set() &&
                        !run.await_snapshot_place() && !run.is_snapshot_ahead(pipeline_->size());
    // A step that is looked at, or may overflow, runs by itself after the steps before it.
    const bool watched =
        pushes && (runner_.is_watched(run) || !context_.state.stepper().cannot_overflow(
                                                  run.settings_of(next, pipeline_->size())));
    if (watched && pipeline_->is_empty()) {
      if (!runner_.step(run, next)) break;
      ++next;
    } else if (pushes && !watched && !pipeline_->is_full()) {
      pipeline_->push(next, run.settings_of(next, pipeline_->size()));
      ++next;
    } else if (!pipeline_->is_empty()) {
      if (!count_oldest(run, &next)) break;
    } else {
      if (!run.await_snapshot_place()) break;
      keep(run);
    }
  }
  run.progress.cancelled = next < run.source.steps;
}

// Waits for the oldest step in flight. A halted step runs again by itself, which names the fault or
// skips the step. Returns false when that was cancelled.
bool TrainingLoop::count_oldest(TrainingRun& run, int64_t* next) {
  const StepPipeline::Step done = pipeline_->pop();
  if (done.receipt.halted == 0) {
    StepReport stepped;
    if (done.reports_norm) stepped.gradient_norm = done.receipt.gradient_norm;
    run.count({.sum = done.receipt.loss_sum, .correct = done.receipt.correct}, done.rows, stepped);
    return true;
  }
  pipeline_->rewind();
  *next = done.number;
  if (!runner_.step(run, *next)) return false;
  ++*next;
  return true;
}

// Lets the steps in flight finish, so that those taken count. Drops the pipeline, because half a
// step may be queued in it.
void TrainingLoop::abandon_steps() {
  try {
    if (pipeline_) pipeline_->settle();
    context_.batches.wait();
  } catch (...) {
    // The device is lost, or memory is short. The error under way, or the next call, says so.
  }
  pipeline_.reset();
}

void TrainingLoop::keep(TrainingRun& run) {
  Snapshot& place = *run.request.snapshots.place;
  context_.state.save(place, &run.cancel);
  run.owes_snapshot = false;
  place.fill();
  try {
    run.request.snapshots.taken(run.progress);
  } catch (...) {
    place.release();  // nobody will read and release this copy
    throw;
  }
}

}  // namespace thalweg
