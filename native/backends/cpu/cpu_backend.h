// The backend of the processor. It uses the vector lanes of one instruction set, and threads.
#pragma once

#include <string>

#include "backends/backend.h"
#include "backends/cpu/lanes.h"

namespace thalweg {

class CpuBackend final : public Backend {
 public:
  explicit CpuBackend(const Lanes& lanes) : lanes_(lanes) {}
  void square_sums(const StepWork& work, double* sums) override;
  bool all_within(const StepWork& work, MagnitudeCheck check) override;
  void tensor_sums(const StepWork& work, TensorSums* sums) override;
  void step(const StepWork& work) override;
#define THALWEG_OP(name, Parameters) void name(const Parameters& op) override;
#include "ops/ops.def"
  std::string implementation(std::string_view op) const override;

 private:
  const Lanes& lanes_;
};

}  // namespace thalweg
