#include "train/step/stepper.h"

#include <cmath>
#include <cstddef>
#include <new>
#include <utility>

#include "core/error.h"
#include "train/step/nonfinite.h"
#include "train/step/step_norms.h"

namespace thalweg {

Stepper::Stepper(StepperOptions options, StepExecutor& executor)
    : options_(std::move(options)), executor_(executor), bounds_(options_.groups) {
  const RuleInfo& info = rule();
  const auto slots = static_cast<int>(info.slots.size());
  slots_ = Arena(lengths_of(options_.tensors), slots + averages(), executor_.memory());
  std::vector<int64_t> lengths;  // 0 where a tensor is frozen
  for (size_t i = 0; i < options_.tensors.size(); ++i) {
    StepTensor tensor;
    tensor.length = options_.tensors[i].length;
    tensor.group = options_.tensors[i].group;
    for (int slot = 0; slot < slots; ++slot) tensor.slot[slot] = slots_.tensor(slot, i);
    if (averages()) tensor.average = slots_.tensor(slots, i);
    tensors_.push_back(tensor);
    lengths.push_back(options_.tensors[i].frozen ? 0 : tensor.length);
  }
  cut_ = cut_step(lengths);
  square_sums_.resize(cut_.pieces.size());
  if (info.ratio != nullptr) tensor_sums_.resize(cut_.pieces.size());
  coefficients_.resize(options_.groups);
  decays_.resize(options_.groups);
  counters_.scalars.assign(options_.groups * info.scalars.size(), 1.0);
  counters_.scalars.resize(counters_.scalars.size() + averages() * kAverageScalars, 0.0);
}

size_t Stepper::bytes_for(const StepperOptions& options) {
  const auto slots = static_cast<int>(rule_infos()[options.rule].slots.size());
  return Arena::bytes_for(lengths_of(options.tensors),
                          slots + (options.average.kind != AverageKind::kNone));
}

StepWork Stepper::work() const {
  return {options_.rule,        &tensors_,      &cut_.pieces, &cut_.parts,
          coefficients_.data(), decays_.data(), average_rate_};
}

void Stepper::bind(float* const* parameters, const float* const* gradients) {
  bool has_moved = !bound_;
  bound_ = false;  // until everything is bound
  for (size_t i = 0; i < tensors_.size(); ++i) {
    has_moved |= tensors_[i].parameter != parameters[i] || tensors_[i].gradient != gradients[i];
    tensors_[i].parameter = parameters[i];
    tensors_[i].gradient = gradients[i];
  }
  if (has_moved) queued_ = executor_.bind_step(work());
  bound_ = true;
}

void Stepper::prepare(const StepSettings& settings) {
  prepare_groups(settings, rule(), coefficients_, decays_);
  for (StepTensor& tensor : tensors_) tensor.factor = tensor.ratio = 1;
}

// Computes the rules' coefficients of the next step and counts it as taken.
void Stepper::advance(const StepSettings& settings) {
  const size_t stride = hyper_count(), scalars = rule().scalars.size();
  for (int group = 0; group < options_.groups; ++group)
    rule().coefficients(settings.groups + group * stride, counters_.steps + 1,
                        counters_.scalars.data() + group * scalars, coefficients_[group].rule);
  ++counters_.steps;
  average_rate_ = 0;
  if (averages_after(options_.average, counters_.steps, settings.ended_epoch))
    average_rate_ = static_cast<float>(
        average_rate(options_.average, settings.average_decay, average_scalars()));
}

double* Stepper::average_scalars() {
  return counters_.scalars.data() + counters_.scalars.size() - kAverageScalars;
}

int64_t Stepper::averaged_count() const {
  if (!averages()) return 0;
  return static_cast<int64_t>(counters_.scalars[counters_.scalars.size() - kAverageScalars]);
}

// Sets the tensors' clip factors and returns the global norm of the gradient.
double Stepper::fold_sums(const StepSettings& settings) {
  return clip_by_norm(cut_.pieces, square_sums_,
                      {settings.clip_tensor_norm, settings.clip_global_norm}, tensors_);
}

// Computes the tensors' ratios for a rule that looks at tensors, with the present coefficients.
void Stepper::find_ratios() {
  if (rule().ratio == nullptr) return;
  if (queued_ == nullptr)
    executor_.tensor_sums(work(), tensor_sums_.data());
  else
    measure_tensors(work(), executor_.memory(), tensor_sums_.data());
  bounds_.set_weights(set_ratios(work(), tensor_sums_, tensors_));
}

Stepper::Gradient Stepper::classify(const StepSettings& settings, StepReport* report) {
  if (!settings.needs_norm()) return classify_elements(settings);
  executor_.square_sums(work(), square_sums_.data());
  const double norm = report->gradient_norm = fold_sums(settings);
  if (!std::isfinite(norm) || !std::isfinite(settings.loss)) return Gradient::kNonFinite;
  return settings.clips_to_ordinary() || norm <= kOrdinary ? Gradient::kOrdinary : Gradient::kLarge;
}

// Measures only what it must.
Stepper::Gradient Stepper::classify_elements(const StepSettings& settings) {
  const bool is_clipped = settings.clips_to_ordinary();
  MagnitudeCheck check;
  if (!is_clipped) check.limit = kOrdinary;
  Gradient found = Gradient::kOrdinary;
  if (!executor_.all_within(work(), check)) {
    found = Gradient::kLarge;
    if (is_clipped || !executor_.all_within(work(), {})) {
      executor_.square_sums(work(), square_sums_.data());  // skip() finds the element by them
      return Gradient::kNonFinite;
    }
  }
  return std::isfinite(settings.loss) ? found : Gradient::kNonFinite;
}

StepReport Stepper::skip(const StepSettings& settings, StepReport report,
                         const Overflow* overflow) {
  if (settings.non_finite == NonFinite::kStop) {
    RefusedStep step{counters_.steps + 1, work(), executor_.memory(), {}};
    for (const StepperTensor& tensor : options_.tensors) step.names.push_back(tensor.name);
    if (overflow != nullptr) refuse_overflow(step, *overflow);
    refuse_gradient(step, square_sums_, settings.loss);
  }
  ++counters_.skipped;
  report.skipped = true;
  return report;
}

bool Stepper::advance_bounds(const StepSettings& settings) {
  const StepWork step = work();
  const bool checks = checks_weights();
  if (checks && queued_ != nullptr) bounds_.set_weights(kOrdinary);
  // Where the rule looks at tensors, find_ratios() has set these bounds.
  if (checks && rule().ratio == nullptr && queued_ == nullptr) bounds_.forget_weights();
  if (queued_ == nullptr && bounds_.lacks_weights(step) &&
      executor_.all_within(step, {MagnitudeCheck::Of::kWeights, kOrdinary}))
    bounds_.set_weights(kOrdinary);
  return bounds_.advance(step, settings.largest_gradient());
}

bool Stepper::cannot_overflow(const StepSettings& settings) {
  if (!settings.refuses()) return true;
  before_ = counters_;
  prepare(settings);
  advance(settings);
  set_counters(before_);
  StateBounds bounds = bounds_;
  if (checks_weights()) bounds.set_weights(kOrdinary);  // the device checks that
  return bounds.cannot_overflow(work(), settings.largest_gradient());
}

// Returns what the step with the present coefficients would overflow.
std::optional<Overflow> Stepper::find_overflow() {
  if (queued_ != nullptr) find_ratios();
  const RehearsedStep seen = rehearse(work(), options_.groups, executor_.memory());
  if (!seen.overflow) bounds_.set(seen.bounds);
  return seen.overflow;
}

// Rehearses the step only where its bounds do not rule out an overflow.
std::optional<Overflow> Stepper::predict_overflow(const StepSettings& settings, Gradient gradient) {
  if (!settings.refuses()) {
    bounds_.forget();
    return std::nullopt;
  }
  if (gradient != Gradient::kLarge && advance_bounds(settings)) return std::nullopt;
  return find_overflow();
}

StepReport Stepper::step(float* const* parameters, const float* const* gradients,
                         const StepSettings& settings) {
  bind(parameters, gradients);
  if (queued_ != nullptr) return step_queued(settings);
  StepReport report;
  prepare(settings);
  const Gradient gradient = settings.measures() ? classify(settings, &report) : Gradient::kOrdinary;
  if (settings.refuses() && gradient == Gradient::kNonFinite)
    return skip(settings, report, nullptr);
  before_ = counters_;
  std::optional<Overflow> overflow;
  try {
    advance(settings);
    find_ratios();
    overflow = predict_overflow(settings, gradient);
  } catch (...) {
    set_counters(before_);
    throw;
  }
  if (overflow) {
    set_counters(before_);
    return skip(settings, report, &*overflow);
  }
  executor_.step(work());
  return report;
}

// Returns the norm beyond which the device leaves the step out, so that the host can look at it
// first. The bounds move as if the step were taken.
double Stepper::norm_limit(const StepSettings& settings) {
  if (!settings.refuses()) {
    bounds_.forget();
    return kNoClip;
  }
  if (!advance_bounds(settings)) return -1;
  return settings.clips_to_ordinary() ? std::numeric_limits<double>::max() : double{kOrdinary};
}

void Stepper::write_arguments(const StepSettings& settings, void* arguments) {
  prepare(settings);
  advance(settings);
  write(settings, norm_limit(settings), arguments);
}

void Stepper::write(const StepSettings& settings, double norm_limit, void* arguments) const {
  auto* head = new (arguments) StepArguments;
  head->policy = {.tensor_limit = settings.clip_tensor_norm,
                  .global_limit = settings.clip_global_norm,
                  .loss = settings.loss,
                  .norm_limit = norm_limit,
                  .weight_limit = norm_limit == kNoClip ? kNoClip : kOrdinary,
                  .checks_weights = any_is_coupled(decays_),
                  .refuses = settings.refuses(),
                  .average_rate = average_rate_};
  auto* groups = reinterpret_cast<StepGroup*>(head + 1);
  for (int group = 0; group < options_.groups; ++group)
    new (groups + group) StepGroup{coefficients_[group], decays_[group]};
}

void Stepper::queue(const StepPlace& place, const StepSettings& settings) {
  queued_->queue(place, settings.measures());
}

// Queues one step and waits for it.
StepReport Stepper::step_queued(const StepSettings& settings) {
  before_ = counters_;
  try {
    prepare(settings);
    advance(settings);
    const StepOutcome found = run_queued(settings, norm_limit(settings));
    StepReport report;
    if (settings.needs_norm()) report.gradient_norm = found.norm;
    return found.skipped == 0 ? report : step_on_host(settings, report);
  } catch (...) {
    set_counters(before_);
    throw;
  }
}

// Handles a queued step that was left out. Takes it if its gradient is finite and nothing
// overflows.
StepReport Stepper::step_on_host(const StepSettings& settings, StepReport report) {
  bounds_.forget_weights();  // the device may have found large weights
  queued_->read_square_sums(square_sums_.data());
  const bool is_finite = std::isfinite(settings.loss) && std::isfinite(fold_sums(settings));
  const std::optional<Overflow> overflow = is_finite ? find_overflow() : std::nullopt;
  if (is_finite && !overflow) {
    run_queued(settings, kNoClip);
    return report;
  }
  set_counters(before_);
  return skip(settings, report, overflow ? &*overflow : nullptr);
}

// Runs the step with the present coefficients and waits for it.
StepOutcome Stepper::run_queued(const StepSettings& settings, double norm_limit) {
  Memory& memory = executor_.memory();
  const size_t bytes = argument_bytes() + 2 * sizeof(StepOutcome);
  if (place_ == nullptr) place_ = memory.allocate(bytes);
  std::vector<char> place(bytes);  // zeros, aligned like any allocation
  write(settings, norm_limit, place.data());
  memory.write(place_.get(), place.data(), bytes);
  auto* outcome =
      reinterpret_cast<StepOutcome*>(static_cast<char*>(place_.get()) + argument_bytes());
  auto* halted = reinterpret_cast<int32_t*>(outcome + 1);
  queue({static_cast<const StepArguments*>(place_.get()), halted, outcome, nullptr}, settings);
  StepOutcome found;
  memory.read(&found, outcome, sizeof found);  // waits
  return found;
}

}  // namespace thalweg
