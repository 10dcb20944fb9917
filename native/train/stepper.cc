#include "train/stepper.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.h"

namespace thalweg {

namespace {

// Pieces are small enough to spread a 100 K parameter model over threads, large
// enough (100 KiB of traffic) to hide the call. Fixed: the norm's order rests on it.
constexpr int64_t kPieceLength = 4096;

std::vector<int64_t> lengths_of(const StepperOptions& options) {
  std::vector<int64_t> lengths;
  for (const StepperTensor& tensor : options.tensors) lengths.push_back(tensor.length);
  return lengths;
}

Decay decay_kind(double l2, double weight_decay) {
  if (l2 != 0) return weight_decay != 0 ? Decay::kBoth : Decay::kCoupled;
  return weight_decay != 0 ? Decay::kDecoupled : Decay::kNone;
}

std::string show(double x) {
  if (std::isnan(x)) return "NaN";
  return x > 0 ? "Infinity" : "-Infinity";
}

double clip_factor(double limit, double norm) { return norm > limit ? limit / norm : 1.0; }

}  // namespace

Stepper::Stepper(StepperOptions options, StepExecutor& executor)
    : options_(std::move(options)), executor_(executor) {
  const RuleInfo& info = rule();
  slots_ = Arena(lengths_of(options_), static_cast<int>(info.slots.size()));
  for (size_t i = 0; i < options_.tensors.size(); ++i) {
    StepTensor tensor;
    tensor.length = options_.tensors[i].length;
    tensor.group = options_.tensors[i].group;
    for (size_t slot = 0; slot < info.slots.size(); ++slot)
      tensor.slot[slot] = slots_.tensor(static_cast<int>(slot), i);
    tensors_.push_back(tensor);
  }
  cut_pieces();
  coefficients_.resize(options_.groups);
  decays_.resize(options_.groups);
  scalars_.assign(options_.groups * info.scalars.size(), 1.0);
}

void Stepper::cut_pieces() {
  parts_.push_back(0);
  int64_t in_part = 0;
  for (size_t i = 0; i < tensors_.size(); ++i) {
    for (int64_t begin = 0; begin < tensors_[i].length; begin += kPieceLength) {
      const int64_t length = std::min(kPieceLength, tensors_[i].length - begin);
      pieces_.push_back({static_cast<int32_t>(i), begin, length});
      in_part += length;
      if (in_part < kPieceLength) continue;
      parts_.push_back(static_cast<int64_t>(pieces_.size()));
      in_part = 0;
    }
  }
  if (parts_.back() != static_cast<int64_t>(pieces_.size()))
    parts_.push_back(static_cast<int64_t>(pieces_.size()));
  square_sums_.resize(pieces_.size());
}

StepWork Stepper::work() const {
  return {options_.rule, &tensors_, &pieces_, &parts_, coefficients_.data(), decays_.data()};
}

// What the norm pass and the step share; the rule's own coefficients come after
// the gradient was found fit.
void Stepper::prepare(const StepSettings& settings) {
  const size_t stride = hyper_count();
  for (int group = 0; group < options_.groups; ++group) {
    const double* hyper = settings.groups + group * stride;
    const double l2 = hyper[stride - 2], weight_decay = hyper[stride - 1];
    StepCoefficients& out = coefficients_[group];
    out.scale = static_cast<float>(settings.gradient_scale);
    out.clip_value = static_cast<float>(settings.clip_value);
    out.l2 = static_cast<float>(l2);
    out.shrink = static_cast<float>(hyper[0] * weight_decay);  // hyper[0]: learningRate
    decays_[group] = decay_kind(l2, weight_decay);
  }
  for (StepTensor& tensor : tensors_) tensor.factor = 1;
}

// Global norm of the gradient; sets the tensors' clip factors. Sums run over
// pieces, then tensors, in list order.
double Stepper::measure(const StepSettings& settings) {
  executor_.square_sums(work(), square_sums_.data());
  std::vector<double>& sums = square_sums_;
  double total = 0;
  size_t piece = 0;
  for (size_t i = 0; i < tensors_.size(); ++i) {
    double sum = 0;
    for (; piece < pieces_.size() && pieces_[piece].tensor == static_cast<int32_t>(i); ++piece)
      sum += sums[piece];
    const double factor = clip_factor(settings.clip_tensor_norm, std::sqrt(sum));
    tensors_[i].factor = static_cast<float>(factor);
    total += sum * factor * factor;
  }
  const double norm = std::sqrt(total);
  const double factor = clip_factor(settings.clip_global_norm, norm);
  if (factor != 1)
    for (StepTensor& tensor : tensors_) tensor.factor = static_cast<float>(tensor.factor * factor);
  return norm;
}

void Stepper::refuse_nonfinite(double loss) const {
  const std::string step = " at step " + std::to_string(step_count_ + 1);
  const std::string remedy = "lower the learning rate, clip, or set nonFinite to 'skip'";
  for (size_t piece = 0; piece < pieces_.size(); ++piece) {
    if (std::isfinite(square_sums_[piece])) continue;
    const StepTensor& tensor = tensors_[pieces_[piece].tensor];
    for (int64_t i = 0; i < pieces_[piece].length; ++i) {
      const int64_t element = pieces_[piece].begin + i;
      const float scaled = tensor.gradient[element] * coefficients_[tensor.group].scale;
      if (std::isfinite(scaled)) continue;
      throw Error({"NONFINITE",
                   "gradient " + options_.tensors[pieces_[piece].tensor].name + "[" +
                       std::to_string(element) + "]",
                   show(scaled) + step, "finite numbers", remedy});
    }
  }
  throw Error({"NONFINITE", "loss", show(loss) + step, "a finite number", remedy});
}

StepReport Stepper::step(float* const* parameters, const float* const* gradients,
                         const StepSettings& settings) {
  StepReport report;
  for (size_t i = 0; i < tensors_.size(); ++i) {
    tensors_[i].parameter = parameters[i];
    tensors_[i].gradient = gradients[i];
  }
  prepare(settings);
  const bool clips = settings.clip_tensor_norm != kNoClip || settings.clip_global_norm != kNoClip;
  if (clips || settings.report_norm || settings.non_finite != NonFinite::kAllow) {
    report.gradient_norm = measure(settings);
    const bool finite = std::isfinite(report.gradient_norm) && std::isfinite(settings.loss);
    if (settings.non_finite != NonFinite::kAllow && !finite) {
      if (settings.non_finite == NonFinite::kStop) refuse_nonfinite(settings.loss);
      ++skipped_count_;
      report.skipped = true;
      return report;
    }
  }
  const size_t stride = hyper_count(), scalars = rule().scalars.size();
  for (int group = 0; group < options_.groups; ++group)
    rule().coefficients(settings.groups + group * stride, step_count_ + 1,
                        scalars_.data() + group * scalars, coefficients_[group].rule);
  executor_.step(work());
  ++step_count_;
  return report;
}

}  // namespace thalweg
