// What a step makes of sums of squares of its pieces: norms, clip factors, and the ratios of a rule
// that looks at tensors. Sums run in the order of core/fold.h.
#pragma once

#include <vector>

#include "backends/step_work.h"

namespace thalweg {

struct NormLimits {
  double tensor, global;  // infinity: none
};

// The norm of the whole gradient; sets the tensors' clip factors. square_sums: of the pieces.
double clip_by_norm(const std::vector<StepPiece>& pieces, const std::vector<double>& square_sums,
                    NormLimits limits, std::vector<StepTensor>& tensors);

// Sets the tensors' ratios, where `work` has their coefficients; gives the largest norm of a
// tensor's weights. sums: of the pieces.
double set_ratios(const StepWork& work, const std::vector<TensorSums>& sums,
                  std::vector<StepTensor>& tensors);

}  // namespace thalweg
