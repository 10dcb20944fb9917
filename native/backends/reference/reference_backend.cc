#include "backends/reference/reference_backend.h"

#include "backends/reference/ops.h"
#include "backends/reference/step.h"

namespace thalweg {

#define THALWEG_OP(name, Parameters) \
  void ReferenceBackend::name(const Parameters& op) { reference::name(op); }
#include "ops/ops.def"

void ReferenceBackend::square_sums(const StepWork& work, double* sums) {
  reference::square_sums(work, sums);
}
bool ReferenceBackend::all_within(const StepWork& work, MagnitudeCheck check) {
  return reference::all_within(work, check);
}
void ReferenceBackend::tensor_sums(const StepWork& work, TensorSums* sums) {
  reference::tensor_sums(work, sums);
}
void ReferenceBackend::step(const StepWork& work) { reference::step(work); }

std::string ReferenceBackend::implementation(std::string_view) const { return "reference"; }

}  // namespace thalweg
