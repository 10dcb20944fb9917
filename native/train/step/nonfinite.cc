#include "train/step/nonfinite.h"

#include <cmath>

#include "core/error.h"
#include "rules/registry.h"
#include "train/step/show_number.h"

namespace thalweg {

namespace {

// Throws the error about the number at `path`.
[[noreturn]] void refuse(const RefusedStep& step, const std::string& path, const std::string& found,
                         const char* expected) {
  throw Error({ErrorCode::kNonfinite, path, found + " at step " + std::to_string(step.number),
               expected, "lower the learning rate, clip, or set nonFinite to 'skip'"});
}

std::string element(const RefusedStep& step, int32_t tensor, int64_t index) {
  return step.names[tensor] + "[" + std::to_string(index) + "]";
}

std::string array_name(const RefusedStep& step, const Overflow& overflow) {
  switch (overflow.array) {
    case Overflow::Array::kSlot:
      return std::string(rule_infos()[step.work.rule].slots[overflow.slot]) + " of";
    case Overflow::Array::kAverage:
      return "average of";
    default:
      return "parameter";
  }
}

}  // namespace

void refuse_gradient(const RefusedStep& step, const std::vector<double>& square_sums, double loss) {
  const std::vector<StepPiece>& pieces = *step.work.pieces;
  std::vector<float> gradient;  // one piece's
  for (size_t piece = 0; piece < pieces.size(); ++piece) {
    if (std::isfinite(square_sums[piece])) continue;
    const StepTensor& tensor = (*step.work.tensors)[pieces[piece].tensor];
    gradient.resize(pieces[piece].length);
    step.memory.read(gradient.data(), tensor.gradient + pieces[piece].begin,
                     gradient.size() * sizeof(float));
    for (size_t i = 0; i < gradient.size(); ++i) {
      const float scaled = gradient[i] * step.work.groups[tensor.group].scale;
      if (std::isfinite(scaled)) continue;
      const int64_t index = pieces[piece].begin + static_cast<int64_t>(i);
      refuse(step, "gradient " + element(step, pieces[piece].tensor, index), show_number(scaled),
             "finite numbers");
    }
  }
  refuse(step, "loss", show_number(loss), "a finite number");
}

void refuse_overflow(const RefusedStep& step, const Overflow& overflow) {
  refuse(step, array_name(step, overflow) + " " + element(step, overflow.tensor, overflow.element),
         show_number(overflow.value) + " from a gradient of " + show_number(overflow.gradient),
         "finite numbers");
}

}  // namespace thalweg
