// The processor with all its means: vector lanes of one instruction set,
// threads, oneDNN.
#pragma once

#include <string>

#include "backends/backend.h"
#include "backends/cpu/lanes.h"
#include "backends/cpu/product.h"

namespace thalweg {

class CpuBackend final : public Backend {
 public:
  // Without oneDNN, our own lanes run the matrix products: slower, the same bits
  // on every machine.
  enum class Library { kOnednn, kNone };
  CpuBackend(const Lanes& lanes, Library library);
  void square_sums(const StepWork& work, double* sums) override;
  bool all_finite(const StepWork& work) override;
  void step(const StepWork& work) override;
#define THALWEG_OP(name, Parameters) void name(const Parameters& op) override;
#include "ops/ops.def"
#undef THALWEG_OP
  std::string twin(std::string_view op) const override;

 private:
  void product(const Product& product);
  void lane_product(const Product& product);

  const Lanes& lanes_;
  std::string without_onednn_;  // why products_ is null; filled by its initialiser
  Products* products_;          // null: lanes serve
};

// A step's memory traffic without its arithmetic, cut and threaded as the step
// is: the floor that benchmarks compare with.
void probe_step(const Lanes& lanes, const StepWork& work);

}  // namespace thalweg
