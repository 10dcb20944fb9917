#include "backends/cpu/cpu_backend.h"

#include "backends/cpu/ops.h"
#include "backends/cpu/step_passes.h"

namespace thalweg {

#define THALWEG_OP(name, Parameters) \
  void CpuBackend::name(const Parameters& op) { cpu::name(lanes_, op); }
#include "ops/ops.def"

void CpuBackend::square_sums(const StepWork& work, double* sums) {
  cpu::square_sums(lanes_, work, sums);
}
bool CpuBackend::all_within(const StepWork& work, MagnitudeCheck check) {
  return cpu::all_within(lanes_, work, check);
}
void CpuBackend::tensor_sums(const StepWork& work, TensorSums* sums) {
  cpu::tensor_sums(lanes_, work, sums);
}
void CpuBackend::step(const StepWork& work) { cpu::step(lanes_, work); }

std::string CpuBackend::implementation(std::string_view op) const {
  const std::string lanes = std::string("lanes (") + lanes_.name + ")";
  const bool fuses = op == "dense_forward" || op == "dense_backward" || op.starts_with("depthwise");
  return fuses && !lanes_.has_multiply_add ? lanes + ", fused multiply-adds in software" : lanes;
}

}  // namespace thalweg
