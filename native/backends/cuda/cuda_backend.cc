#include "backends/cuda/cuda_backend.h"

#include <utility>

#include "backends/cuda/cuda_batch_uploader.h"
#include "backends/cuda/cuda_step.h"
#include "backends/cuda/graph.h"
#include "backends/cuda/kernels.h"
#include "core/error.h"

namespace thalweg::cuda {

namespace {

[[noreturn]] void refuse_unbound() {
  throw Error({ErrorCode::kUnsupported, "step", "an unbound step", "a step bound to the GPU"});
}

[[noreturn]] void refuse_device(const CudaDevice& device, const std::string& why,
                                const std::string& remedy) {
  cudaGetLastError();
  throw Error({ErrorCode::kNoDevice, "device",
               "cuda:" + std::to_string(device.ordinal) + " (" + why + ")",
               "a CUDA device that accepts another process", remedy});
}

// Makes the process's context on the GPU. Throws NO_DEVICE where other processes leave no room for
// it.
void open_device(const CudaDevice& device) {
  const cudaError_t error = cudaSetDevice(device.ordinal);
  if (error == cudaErrorDevicesUnavailable)
    refuse_device(
        device,
        "another process has exclusive use of it, or its compute mode forbids all processes",
        "use another GPU, or allow several processes with nvidia-smi -c DEFAULT");
  if (error == cudaErrorMemoryAllocation)
    refuse_device(device, "its memory is used up: there is none for a context",
                  "end a process that nvidia-smi shows, or use another GPU or 'cpu'");
  check_done(error, "cudaSetDevice");
}

}  // namespace

CudaBackend::CudaBackend(CudaDevice device) : device_(std::move(device)), memory_(device_.ordinal) {
  open_device(device_);
  check(cudaDeviceGetAttribute(&processors_, cudaDevAttrMultiProcessorCount, device_.ordinal),
        "cudaDeviceGetAttribute");
  blas_ = Blas::open(&without_blas_);
}

std::unique_ptr<QueuedStep> CudaBackend::bind_step(const StepWork& work) {
  return std::make_unique<CudaStep>(work, memory_, processors_);
}
void CudaBackend::square_sums(const StepWork&, double*) { refuse_unbound(); }

bool CudaBackend::all_within(const StepWork&, MagnitudeCheck) { refuse_unbound(); }
void CudaBackend::tensor_sums(const StepWork&, TensorSums*) { refuse_unbound(); }
void CudaBackend::step(const StepWork&) { refuse_unbound(); }

void CudaBackend::product(const Product& product) {
  memory_.use();
  if (product.m == 0 || product.n == 0) return;
  if (blas_ == nullptr || product.k == 0) return launch_product(product);
  if (!blas_->run(product)) return launch_product(product);
  if (product.activation != Activation::kNone)
    launch_activation_forward(
        {product.activation, product.slope, product.c, product.c, product.m * product.n});
}

void CudaBackend::dense_forward(const DenseForward& op) {
  product(forward_product(op));
  if (op.before != nullptr)
    activation_forward({op.activation, op.slope, op.before, op.y, op.rows * op.outputs});
}

void CudaBackend::dense_backward(const DenseBackward& op) {
  memory_.use();
  launch_output_gradient(op);
  if (op.dweight != nullptr) product(weight_gradient(op));
  if (op.dx != nullptr) product(input_gradient(op));
}

// Each op first selects its GPU, because the calling thread may have used another one before.
#define THALWEG_CUDA_LAUNCH(name, Parameters)    \
  void CudaBackend::name(const Parameters& op) { \
    memory_.use();                               \
    launch_##name(op);                           \
  }
#define THALWEG_OP(name, Parameters) THALWEG_CUDA_LAUNCH(name, Parameters)
#define THALWEG_PRODUCT_OP(name, Parameters)
#include "ops/ops.def"
THALWEG_CUDA_LAUNCH(gather, QueuedGather)
THALWEG_CUDA_LAUNCH(begin_step, StepFeed)
THALWEG_CUDA_LAUNCH(end_step, StepFeed)
#undef THALWEG_CUDA_LAUNCH

std::shared_ptr<void> CudaBackend::allocate_shared(size_t bytes) {
  return memory_.allocate_shared(bytes);
}

std::unique_ptr<BatchUploader> CudaBackend::make_batch_uploader(int places) {
  memory_.use();
  return std::make_unique<CudaBatchUploader>(memory_, places);
}

std::unique_ptr<Recording> CudaBackend::record(const std::function<void()>& body) {
  memory_.use();
  return std::make_unique<Graph>(memory_, body);
}

bool CudaBackend::idle() {
  memory_.use();
  const cudaError_t state = cudaStreamQuery(stream());
  if (state == cudaErrorNotReady) return false;
  check_done(state, "a queued operation");
  return true;
}

std::string CudaBackend::implementation(std::string_view op) const {
  if (op != "dense_forward" && op != "dense_backward") return "CUDA kernels";
  return blas_ != nullptr ? blas_->name() : "CUDA kernels, " + without_blas_;
}

}  // namespace thalweg::cuda
