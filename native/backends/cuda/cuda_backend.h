// The backend of one GPU. It queues ops on the calling thread's stream. The host reads results
// through memory(), which waits for them.
#pragma once

#include <memory>
#include <string>

#include "backends/cuda/blas.h"
#include "backends/cuda/cuda_memory.h"
#include "backends/cuda/plugin.h"
#include "backends/queued_backend.h"

namespace thalweg::cuda {

class CudaBackend final : public QueuedBackend {
 public:
  explicit CudaBackend(CudaDevice device);
  Memory& memory() override { return memory_; }
  QueuedBackend* queued() override { return this; }
  std::unique_ptr<QueuedStep> bind_step(const StepWork& work) override;
  // These throw UNSUPPORTED, because a GPU takes only steps that are bound.
  void square_sums(const StepWork& work, double* sums) override;
  bool all_within(const StepWork& work, MagnitudeCheck check) override;
  void tensor_sums(const StepWork& work, TensorSums* sums) override;
  void step(const StepWork& work) override;
#define THALWEG_OP(name, Parameters) void name(const Parameters& op) override;
#include "ops/ops.def"
  std::string implementation(std::string_view op) const override;

  std::shared_ptr<void> allocate_shared(size_t bytes) override;
  size_t free_bytes() override { return memory_.free_bytes(); }
  std::unique_ptr<BatchUploader> make_batch_uploader(int places) override;
  void gather(const QueuedGather& op) override;
  void begin_step(const StepFeed& feed) override;
  void end_step(const StepFeed& feed) override;
  std::unique_ptr<Recording> record(const std::function<void()>& body) override;
  bool idle() override;

 private:
  void product(const Product& product);

  CudaDevice device_;
  CudaMemory memory_;
  int processors_ = 1;
  std::string without_blas_;    // why blas_ is null
  std::unique_ptr<Blas> blas_;  // null: launch_product computes the products
};

}  // namespace thalweg::cuda
