// Computes norms, clip factors and a rule's ratios from sums of squares of a step's pieces. Sums
// run in the order of core/fold.h.
#pragma once

#include <vector>

#include "backends/step_work.h"

namespace thalweg {

struct NormLimits {
  double tensor, global;  // infinity: none
};

// Sets the tensors' clip factors and returns the norm of the whole gradient. `square_sums` holds
// one sum per piece.
double clip_by_norm(const std::vector<StepPiece>& pieces, const std::vector<double>& square_sums,
                    NormLimits limits, std::vector<StepTensor>& tensors);

// Sets the tensors' ratios by the coefficients in `work`, and returns the largest norm of a
// tensor's weights. `sums` holds one entry per piece.
double set_ratios(const StepWork& work, const std::vector<TensorSums>& sums,
                  std::vector<StepTensor>& tensors);

}  // namespace thalweg
