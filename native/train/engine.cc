#include "train/engine.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>
#include <utility>

#include "backends/cpu/gather.h"
#include "core/threads.h"
#include "train/batch_feed.h"
#include "train/check_indices.h"
#include "train/pooled_statistics.h"
#include "train/settings.h"

namespace thalweg {

namespace {

template <class Tensor>
std::vector<int64_t> lengths_of(const std::vector<Tensor>& tensors) {
  std::vector<int64_t> lengths;
  lengths.reserve(tensors.size());
  for (const Tensor& tensor : tensors) lengths.push_back(tensor.length);
  return lengths;
}

int64_t step_count(const TrainRequest& request, const Order& order) {
  const auto rows = static_cast<int64_t>(order.length());
  const int64_t batch = request.batch_size;
  const int64_t all = request.drop_last ? rows / batch : (rows + batch - 1) / batch;
  return request.most_steps > 0 ? std::min(all, request.most_steps) : all;
}

void add(const LossResult& loss, int64_t rows, Metrics& metrics) {
  metrics.loss_sum += loss.sum;
  metrics.correct += loss.correct;
  metrics.examples += rows;
}

// Whose gradient or loss it is: the rows of a batch, the first of them by number.
[[noreturn]] void refuse_batch(ErrorFields fields, const BatchSource& source, int64_t step) {
  constexpr int64_t kShown = 8;
  const int64_t rows = rows_of(source, step), shown = std::min(rows, kShown);
  std::vector<uint32_t> indices(shown);
  source.order->indices(step * source.batch_size, shown, indices.data());
  std::string list;
  for (const uint32_t index : indices) list += (list.empty() ? "" : ", ") + std::to_string(index);
  if (rows > shown) list += " and " + std::to_string(rows - shown) + " more";
  fields.received += ", batch " + std::to_string(step) + " of its epoch: rows " + list;
  throw Error(std::move(fields));
}

}  // namespace

Engine::Engine(EngineOptions options)
    : options_(std::move(options)),
      backend_(open_backend(options_.device)),
      arena_(lengths_of(options_.stepper.tensors), 2, backend_.memory()),
      statistics_(lengths_of(options_.statistics), 2, backend_.memory()),
      plan_(options_.network, arena_, statistics_, backend_),
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
}

void Engine::save(Snapshot& snapshot) {
  snapshot.take(state_, backend_.memory(), backend_.queued() == nullptr);
  snapshot.counters = stepper_.counters();
}

void Engine::load(const Snapshot& snapshot) {
  has_averaged_statistics_ = false;
  const size_t scalars = stepper_.counters().scalars.size();
  if (snapshot.counters.scalars.size() != scalars)
    throw Error({"SHAPE", "scalars", std::to_string(snapshot.counters.scalars.size()),
                 std::to_string(scalars), ""});
  snapshot.put_back(state_, backend_.memory(), backend_.queued() == nullptr);
  stepper_.set_counters(snapshot.counters);
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
  backend_.memory().write(arena_.tensor(0, index), values,
                          options_.stepper.tensors[index].length * sizeof(float));
}

void Engine::read_statistic(size_t index, float* out, Weights weights) const {
  backend_.memory().read(out, statistics_.tensor(statistics_of(weights), index),
                         options_.statistics[index].length * sizeof(float));
}

void Engine::write_statistic(size_t index, const float* values) {
  backend_.memory().write(statistics_.tensor(0, index), values,
                          options_.statistics[index].length * sizeof(float));
}

void Engine::check_inputs(const data::Dataset& dataset) {
  const LayerOptions& first = options_.network.layers.front();
  if (first.kind != LayerKind::kEmbedding || checked_.count(dataset.serial) > 0) return;
  check_indices(dataset, first.count);
  checked_.insert(dataset.serial);
}

std::unique_ptr<BatchFeed> Engine::make_feed(const BatchSource& source) {
  check_inputs(*source.dataset);
  if (device_batches_) return std::make_unique<DeviceFeed>(source, plan_, *device_batches_);
  return std::make_unique<HostFeed>(source, plan_);
}

struct Engine::Run {
  const TrainRequest& request;
  const CancelFlag& cancel;
  const std::function<void(const TrainProgress&)>& report;
  BatchSource source;  // of steps
  BatchSource parts;   // of what is gathered at a time
  SettingsReader settings;
  std::unique_ptr<BatchFeed> feed;
  TrainProgress progress;
  // Of the step under way: the gradients, and the rows of its last part.
  const std::vector<const float*>* gradients = nullptr;
  int64_t part_rows = 0;
  int64_t first_step_count = 0;  // of the trainer, when this epoch began
  bool owes_snapshot = false;

  int64_t parts_a_step() const {
    return (source.batch_size + parts.batch_size - 1) / parts.batch_size;
  }
  // Whether the state should be kept before the next step.
  bool is_snapshot_due() const {
    const auto& place = request.snapshots.place;
    if (!place || !(owes_snapshot || place->is_asked())) return false;
    while (owes_snapshot && request.snapshots.waits && !place->is_free() && !cancel.is_set())
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    return place->is_free();
  }
  void count(const LossResult& loss, int64_t rows, const StepReport& stepped) {
    if (!stepped.skipped) add(loss, rows, progress.metrics);
    progress.last_loss = loss.sum / static_cast<double>(rows);
    progress.gradient_norm = stepped.gradient_norm;
    progress.skipped += stepped.skipped;
    progress.steps += !stepped.skipped;
    const int64_t every = request.snapshots.every_steps;
    owes_snapshot |= every > 0 && (first_step_count + progress.steps) % every == 0;
    report(progress);
  }
};

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
  LossResult loss{};
  StepSettings settings = settings_of(run, number, 0);
  if (!differentiate(run, number, settings.dropout_rates, &loss)) return false;
  const int64_t rows = rows_of(run.source, number);
  settings.loss = loss.sum;
  StepReport stepped;
  try {
    stepped = update(run, settings);
  } catch (const Error& error) {
    if (error.fields().code == "NONFINITE") refuse_batch(error.fields(), run.source, number);
    throw;
  }
  if (!stepped.skipped) plan_.keep_statistics(nullptr);
  run.count(loss, rows, stepped);
  return true;
}

// The optimizer's step, with the monitor around it.
StepReport Engine::update(const Run& run, const StepSettings& settings) {
  const float* const* gradients = run.gradients->data();
  if (!is_monitored(run)) return stepper_.step(parameters_.data(), gradients, settings);
  const MonitorView seen = view(run.part_rows, gradients);
  const int64_t taken = stepper_.step_count();
  run.request.monitor->before(seen);
  const StepReport stepped = stepper_.step(parameters_.data(), gradients, settings);
  run.request.monitor->after(seen, taken);
  return stepped;
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

void Engine::run_one_by_one(Run& run) {
  for (int64_t number = run.request.first_step; number < run.source.steps; ++number) {
    if (!step(run, number)) {
      run.progress.cancelled = true;
      return;
    }
    if (run.is_snapshot_due()) keep(run);
  }
}

void Engine::keep(Run& run) {
  Snapshot& place = *run.request.snapshots.place;
  save(place);
  run.owes_snapshot = false;
  place.fill();
  run.request.snapshots.taken(run.progress);
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
    const bool pushes = next < run.source.steps && !run.cancel.is_set() && !run.is_snapshot_due();
    // A step that is looked at runs by itself, once those before it are done.
    const bool monitored = pushes && is_monitored(run);
    if (monitored && pipeline_->is_empty()) {
      if (!step(run, next)) break;
      ++next;
      continue;
    }
    if (pushes && !monitored && !pipeline_->is_full()) {
      pipeline_->push(next, settings_of(run, next, pipeline_->size()));
      ++next;
      continue;
    }
    if (pipeline_->is_empty()) {
      if (!run.is_snapshot_due()) break;
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

TrainProgress Engine::train(const TrainRequest& request, const CancelFlag& cancel,
                            const std::function<void(const TrainProgress&)>& report) {
  const data::Dataset& dataset = *request.dataset;
  const Order order({.length = static_cast<uint64_t>(dataset.rows),
                     .seed = options_.seed,
                     .epoch = static_cast<uint64_t>(request.epoch),
                     .shuffle = request.shuffle,
                     .sampling = request.sampling,
                     .shape = {.batch = static_cast<uint64_t>(request.batch_size)}},
                    thread_count());
  has_averaged_statistics_ = false;  // the average moves on
  const BatchSource source = {&dataset, &order, request.batch_size, step_count(request, order)};
  BatchSource parts = source;
  parts.batch_size = request.part_rows;
  Run run = {request, cancel,        report,
             source,  parts,         SettingsReader(request.settings, request.rates, stepper_),
             nullptr, request.before};
  const auto rows = static_cast<int64_t>(order.length());
  run.parts.steps = std::min(source.steps * run.parts_a_step(),
                             (rows + request.part_rows - 1) / request.part_rows);
  const bool whole = run.parts_a_step() == 1;
  if (!whole && !sum_) sum_ = std::make_unique<GradientSum>(options_.stepper.tensors, backend_);
  run.feed = make_feed(run.parts);
  run.first_step_count = stepper_.step_count() - request.before.steps;
  if (device_batches_ && whole) {
    run_queued(run);
  } else {
    pipeline_.reset();  // its steps are bound to other gradients
    run_one_by_one(run);
  }
  return run.progress;
}

// The weights of a pass without training, while it lives.
class Engine::Borrowed {
 public:
  Borrowed(Engine& engine, Weights weights) : engine_(engine) {
    if (weights == Weights::kAveraged)
      engine_.plan_.use(engine_.averages_, engine_.statistics_of(weights));
  }
  ~Borrowed() { engine_.plan_.use(engine_.parameters_, 0); }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;

 private:
  Engine& engine_;
};

Metrics Engine::evaluate(const data::Dataset& dataset, int64_t batch_size, const CancelFlag& cancel,
                         Weights weights, MetricSums* sums) {
  const Borrowed borrowed(*this, weights);
  Metrics metrics;
  const Order order({.length = static_cast<uint64_t>(dataset.rows), .shuffle = false});
  const int64_t steps = (dataset.rows + batch_size - 1) / batch_size;
  const auto feed = make_feed({&dataset, &order, batch_size, steps});
  for (int64_t step = 0; step < steps; ++step) {
    const int64_t rows = feed->load(step);
    LossResult loss;
    if (!plan_.forward({.cancel = &cancel})) refuse_aborted();
    plan_.loss(&loss);
    add(loss, rows, metrics);
    if (sums != nullptr) add_outputs(rows, dataset.label_type == data::LabelType::kSparse, *sums);
  }
  return metrics;
}

// Of the plan's current batch, whose labels the loss has checked.
void Engine::add_outputs(int64_t rows, bool sparse, MetricSums& sums) {
  const BatchPlace place = plan_.place();
  const MetricBatch batch{plan_.outputs(), sparse ? place.classes : nullptr,
                          sparse ? nullptr : place.values, rows};
  if (!device_batches_) return sums.add(batch);
  Memory& memory = backend_.memory();  // behind the host: copies
  const size_t count = static_cast<size_t>(rows * output_width());
  std::vector<float> outputs(count), values(sparse ? 0 : count);
  std::vector<int32_t> classes(sparse ? rows : 0);
  memory.read(outputs.data(), batch.outputs, count * sizeof(float));
  if (sparse)
    memory.read(classes.data(), batch.classes, rows * sizeof(int32_t));
  else
    memory.read(values.data(), batch.values, count * sizeof(float));
  sums.add(
      {outputs.data(), sparse ? classes.data() : nullptr, sparse ? nullptr : values.data(), rows});
}

void Engine::predict(const float* inputs, int64_t rows, int64_t batch_size, float* outputs,
                     const CancelFlag& cancel, Weights weights) {
  const Borrowed borrowed(*this, weights);
  const int64_t features = input_width();
  const LayerOptions& layer = options_.network.layers.front();
  if (layer.kind == LayerKind::kEmbedding)
    check_indices(rows, features, layer.count, [=](int64_t i) { return inputs[i]; });
  const int64_t width = options_.network.layers.back().outputs;
  for (int64_t first = 0; first < rows; first += batch_size) {
    const int64_t count = std::min(batch_size, rows - first);
    plan_.reserve(count, 0);
    plan_.set_batch(count, false);
    backend_.memory().write(plan_.place().inputs, inputs + first * features,
                            count * features * sizeof(float));
    if (!plan_.forward({.cancel = &cancel})) refuse_aborted();
    backend_.memory().read(outputs + first * width, plan_.outputs(), count * width * sizeof(float));
  }
}

Metrics Engine::full_gradients(const data::Dataset& dataset, int64_t batch_size, double* gradient,
                               const CancelFlag& cancel) {
  Metrics metrics;
  const Order order({.length = static_cast<uint64_t>(dataset.rows), .shuffle = false});
  const int64_t steps = (dataset.rows + batch_size - 1) / batch_size;
  const auto feed = make_feed({&dataset, &order, batch_size, steps});
  const RunMode mode{.cancel = &cancel};
  std::vector<float> values;
  for (int64_t step = 0; step < steps; ++step) {
    const int64_t rows = feed->load(step);
    LossResult loss;
    if (!plan_.forward(mode) || !plan_.backward(mode, &loss)) refuse_aborted();
    add(loss, rows, metrics);
    // Gradients are of a batch's mean.
    const double share = static_cast<double>(rows) / static_cast<double>(dataset.rows);
    double* sum = gradient;
    for (size_t i = 0; i < options_.stepper.tensors.size(); ++i) {
      values.resize(options_.stepper.tensors[i].length);
      read_gradient(i, values.data());
      for (const float value : values) *sum++ += share * value;
    }
  }
  return metrics;
}

void Engine::refresh_statistics(const data::Dataset& dataset, int64_t batch_size,
                                const CancelFlag& cancel, Weights weights) {
  const Borrowed borrowed(*this, weights);
  PooledStatistics pooled(backend_.memory());
  const Order order({.length = static_cast<uint64_t>(dataset.rows), .shuffle = false});
  const int64_t steps = (dataset.rows + batch_size - 1) / batch_size;
  const auto feed = make_feed({&dataset, &order, batch_size, steps});
  for (int64_t step = 0; step < steps; ++step) {
    feed->load(step);
    if (!plan_.forward({.batch_statistics = true, .cancel = &cancel})) refuse_aborted();
    pooled.add(plan_.statistics());
  }
  if (weights == Weights::kAveraged) {
    plan_.use(averages_, 1);
    has_averaged_statistics_ = true;
  }
  pooled.write(plan_.statistics());
}

double Engine::gradients(const data::Dataset& dataset, const std::vector<uint32_t>& rows,
                         bool training) {
  check_inputs(dataset);
  const auto count = static_cast<int64_t>(rows.size());
  plan_.reserve(count, dataset.label_width);
  if (device_batches_) {
    device_batches_->load_rows(dataset, rows, plan_);
  } else {
    const BatchPlace place = plan_.place();
    gather_batch({&dataset, rows.data(), count, place.inputs, place.classes, place.values},
                 thread_count());
    plan_.set_batch(count, dataset.label_type == data::LabelType::kSparse);
  }
  LossResult loss;
  const RunMode mode{.training = training,
                     .seed = options_.seed,
                     .step = static_cast<uint64_t>(stepper_.step_count())};
  plan_.forward(mode);
  plan_.backward(mode, &loss);
  return loss.sum / static_cast<double>(rows.size());
}

void Engine::refuse_aborted() {
  throw Error({"ABORTED", "trainer", "an abort", "an undisturbed run", ""});
}

size_t Engine::bytes() const {
  return arena_.bytes() + statistics_.bytes() + stepper_.bytes() + plan_.bytes();
}

}  // namespace thalweg
