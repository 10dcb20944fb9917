// Computes every op in plain loops on one thread, in double where this makes it an oracle. The
// contract tests compare the other backends with it.
#pragma once

#include "backends/backend.h"

namespace thalweg {

class ReferenceBackend : public Backend {
 public:
  void square_sums(const StepWork& work, double* sums) override;
  bool all_within(const StepWork& work, MagnitudeCheck check) override;
  void tensor_sums(const StepWork& work, TensorSums* sums) override;
  void step(const StepWork& work) override;
#define THALWEG_OP(name, Parameters) void name(const Parameters& op) override;
#include "ops/ops.def"
  std::string implementation(std::string_view op) const override;
};

}  // namespace thalweg
