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
  void dense_forward(const DenseForward& op) override;
  void dense_backward(const DenseBackward& op) override;
  void activation_forward(const ActivationForward& op) override;
  void activation_backward(const ActivationBackward& op) override;
  void softmax_forward(const SoftmaxForward& op) override;
  void softmax_backward(const SoftmaxBackward& op) override;
  void dropout(const Dropout& op) override;
  void loss(const Loss& op) override;
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
