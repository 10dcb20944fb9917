// An optimizer step that is bound to tensors on a GPU. It owns the tables of the step and queues
// its kernels.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "backends/cuda/cuda_memory.h"
#include "backends/cuda/kernels.h"
#include "backends/step_executor.h"

namespace thalweg::cuda {

class CudaStep final : public QueuedStep {
 public:
  // `processors` is the number of multiprocessors that the step keeps busy.
  CudaStep(const StepWork& work, CudaMemory& memory, int processors);
  void queue(const StepPlace& place, bool measures) override;
  void queue_probe(StepProbe probe, const StepPlace& place) override;
  void read_square_sums(double* sums) override;

 private:
  CudaMemory& memory_;
  int rule_;
  std::vector<StepTensor> tensor_list_;
  int64_t tensors_ = 0;
  int64_t pieces_ = 0;   // pieces that are summed
  int64_t updates_ = 0;  // pieces that are updated
  std::shared_ptr<StepTensor> tensor_table_;
  std::shared_ptr<StepPiece> piece_table_;
  std::shared_ptr<StepPiece> update_table_;
  std::shared_ptr<int64_t> first_piece_;
  std::shared_ptr<double> sums_;
  std::shared_ptr<double> tensor_sums_;
  std::shared_ptr<double> tensor_factors_;
  std::shared_ptr<float> factors_;
  std::shared_ptr<unsigned> arrived_;
  // These two are null where the rule does not look at whole tensors.
  std::shared_ptr<TensorSums> ratio_sums_;
  std::shared_ptr<float> ratios_;
};

}  // namespace thalweg::cuda
