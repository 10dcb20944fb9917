// Emulates the part of cublasLt.h that backends/cuda/blas_api.h declares, in plain loops over
// column-major matrices. The CUDA backend uses it where THALWEG_CUBLAS names this library. It
// refuses what cuBLASLt refuses: unknown attributes, sizes beyond 32 bits, operands with less
// alignment than its choice assumes, and a workspace smaller than its choice needs.
#include <cstring>

#include "backends/cuda/blas_api.h"
#include "backends/cuda/emulation/blas_product.h"
#include "backends/cuda/emulation/cuda_runtime.h"
#include "backends/cuda/emulation/device_memory.h"
#include "backends/cuda/emulation/faults.h"
#include "backends/cuda/emulation/streams.h"

namespace {

using emulation::Choice;
using emulation::is_device_memory;
using emulation::kSplitDepth;
using emulation::kSplits;
using emulation::Layout;
using emulation::Matmul;
using emulation::Product;
using thalweg::cuda::BlasAlgorithm;
using thalweg::cuda::BlasHeuristic;

constexpr int kNoHandle = 1;  // CUBLAS_STATUS_NOT_INITIALIZED
constexpr int kInvalid = 7;   // CUBLAS_STATUS_INVALID_VALUE
constexpr int kFailed = 13;   // CUBLAS_STATUS_EXECUTION_FAILED
constexpr uint64_t kAlgorithm = 0x5448414C57454721u;

// cublasLtMatmulPreferenceAttributes_t and cublasLtReductionScheme_t
constexpr int kReductionMask = 3;
constexpr uint32_t kReductionInPlace = 1, kAllReductions = 7;

constexpr uintptr_t kWorkspaceAlignment = 256;

int the_handle;

struct Preference {
  uint64_t workspace = 0;
  uint32_t reductions = kAllReductions;
  uint32_t alignment = 256;  // the smallest alignment of an operand, in bytes
};

// Returns true where the shapes fit each other.
bool fits(const Matmul& matmul, const Layout& a, const Layout& b, const Layout& d) {
  const bool ta = matmul.trans_a != 0, tb = matmul.trans_b != 0;
  return (ta ? a.columns : a.rows) == d.rows && (tb ? b.rows : b.columns) == d.columns &&
         (ta ? a.rows : a.columns) == (tb ? b.columns : b.rows) && !a.is_empty() && !b.is_empty();
}

// `bytes` is a power of two.
bool is_aligned(const void* pointer, uint64_t bytes) {
  return (reinterpret_cast<uintptr_t>(pointer) & (bytes - 1)) == 0;
}

bool has_workspace(const Choice& choice, const void* workspace, size_t bytes) {
  return choice.workspace == 0 ||
         (bytes >= choice.workspace && is_aligned(workspace, kWorkspaceAlignment) &&
          is_device_memory(workspace, bytes));
}

// Returns true where all operands are device memory. A kernel that accesses other memory loses the
// device.
bool is_on_device(const Product& call) {
  const bool biased = call.matmul.epilogue == thalweg::cuda::kBlasEpilogueBias;
  return is_device_memory(call.a, call.a_layout.bytes()) &&
         is_device_memory(call.b, call.b_layout.bytes()) &&
         is_device_memory(call.d, call.d_layout.bytes()) &&
         (!biased || is_device_memory(call.matmul.bias, call.d_layout.rows * sizeof(float)));
}

}  // namespace

// Returns from the calling function where a fault is due.
#define THALWEG_EMULATED_LIBRARY_CALL()                                              \
  if (const cudaError_t failure = emulation::library_call(); failure != cudaSuccess) \
  return failure == cudaErrorMemoryAllocation ? thalweg::cuda::kBlasNoMemory : kFailed
#define THALWEG_EXPORT extern "C" __attribute__((visibility("default")))

THALWEG_EXPORT size_t cublasLtGetVersion() { return 130000; }
THALWEG_EXPORT int cublasLtCreate(void** handle) {
  *handle = &the_handle;
  return 0;
}
THALWEG_EXPORT int cublasLtMatmulDescCreate(void** made, int compute, int scale) {
  THALWEG_EMULATED_LIBRARY_CALL();
  if (compute != thalweg::cuda::kBlasCompute32F && compute != thalweg::cuda::kBlasComputeTf32)
    return kInvalid;
  *made = new Matmul;
  return scale;  // CUDA_R_32F is 0, and so is success
}
THALWEG_EXPORT int cublasLtMatmulDescDestroy(void* matmul) {
  delete static_cast<Matmul*>(matmul);
  return 0;
}
THALWEG_EXPORT int cublasLtMatmulDescSetAttribute(void* matmul, int attribute, const void* value,
                                                  size_t bytes) {
  THALWEG_EMULATED_LIBRARY_CALL();
  Matmul& to = *static_cast<Matmul*>(matmul);
  void* field = attribute == thalweg::cuda::kBlasTransA        ? static_cast<void*>(&to.trans_a)
                : attribute == thalweg::cuda::kBlasTransB      ? &to.trans_b
                : attribute == thalweg::cuda::kBlasEpilogue    ? &to.epilogue
                : attribute == thalweg::cuda::kBlasBiasPointer ? static_cast<void*>(&to.bias)
                                                               : nullptr;
  const size_t wanted = field == &to.bias ? sizeof to.bias : sizeof(int32_t);
  if (field == nullptr || bytes != wanted) return kInvalid;
  std::memcpy(field, value, bytes);
  return 0;
}
THALWEG_EXPORT int cublasLtMatrixLayoutCreate(void** made, int type, uint64_t rows,
                                              uint64_t columns, int64_t leading) {
  THALWEG_EMULATED_LIBRARY_CALL();
  if (leading < static_cast<int64_t>(rows)) return kInvalid;
  *made = new Layout{rows, columns, leading};
  return type;
}
THALWEG_EXPORT int cublasLtMatrixLayoutDestroy(void* layout) {
  delete static_cast<Layout*>(layout);
  return 0;
}
THALWEG_EXPORT int cublasLtMatmulPreferenceCreate(void** made) {
  THALWEG_EMULATED_LIBRARY_CALL();
  *made = new Preference;
  return 0;
}
THALWEG_EXPORT int cublasLtMatmulPreferenceDestroy(void* preference) {
  delete static_cast<Preference*>(preference);
  return 0;
}
THALWEG_EXPORT int cublasLtMatmulPreferenceSetAttribute(void* preference, int attribute,
                                                        const void* value, size_t bytes) {
  Preference& to = *static_cast<Preference*>(preference);
  uint32_t word = 0;
  if (attribute == thalweg::cuda::kBlasWorkspace) {
    if (bytes != sizeof to.workspace) return kInvalid;
    std::memcpy(&to.workspace, value, bytes);
    return 0;
  }
  if (bytes != sizeof word) return kInvalid;
  std::memcpy(&word, value, bytes);
  if (attribute == kReductionMask) {
    to.reductions = word;
    return 0;
  }
  for (const int operand : thalweg::cuda::kBlasAlignments)
    if (attribute == operand) {
      to.alignment = word < to.alignment ? word : to.alignment;
      return 0;
    }
  return kInvalid;
}
THALWEG_EXPORT int cublasLtMatmulAlgoGetHeuristic(void* handle, void* matmul, void* a, void* b,
                                                  void* c, void* d, void* preference, int wanted,
                                                  BlasHeuristic* found, int* count) {
  *count = 0;
  THALWEG_EMULATED_LIBRARY_CALL();
  if (handle != &the_handle) return kNoHandle;
  const Layout *of_a = static_cast<Layout*>(a), *of_b = static_cast<Layout*>(b),
               *of_d = static_cast<Layout*>(d);
  const Preference& to = *static_cast<Preference*>(preference);
  const Matmul& of = *static_cast<Matmul*>(matmul);
  if (wanted < 1 || c == nullptr || !fits(of, *of_a, *of_b, *of_d)) return kInvalid;
  const bool is_large = !of_a->fits_32_bits() || !of_b->fits_32_bits() || !of_d->fits_32_bits();
  if (is_large || to.alignment < sizeof(float) || emulation::has_fault("no-algorithm"))
    return thalweg::cuda::kBlasNotSupported;
  const uint64_t depth = of.trans_a != 0 ? of_a->rows : of_a->columns;
  const uint64_t parts = kSplits * of_d->rows * of_d->columns * sizeof(float);
  const bool is_split = depth >= kSplitDepth && parts <= to.workspace;
  const Choice choice = {kAlgorithm, to.alignment, is_split ? parts : 0,
                         to.reductions & kReductionInPlace};
  *found = {};
  found->workspace_bytes = choice.workspace;
  std::memcpy(found->algorithm.data, &choice, sizeof choice);
  *count = 1;
  return 0;
}
THALWEG_EXPORT int cublasLtMatmul(void* handle, void* matmul, const void* alpha, const void* a,
                                  void* a_layout, const void* b, void* b_layout, const void* beta,
                                  const void* c, void* c_layout, void* d, void* d_layout,
                                  const BlasAlgorithm* algorithm, void* workspace, size_t bytes,
                                  cudaStream_t stream) {
  const emulation::Lock lock;
  THALWEG_EMULATED_LIBRARY_CALL();
  if (handle != &the_handle) return kNoHandle;
  if (algorithm == nullptr || algorithm->data[0] != kAlgorithm || c != d || c_layout == nullptr)
    return kInvalid;
  const float kept = *static_cast<const float*>(beta);
  if (*static_cast<const float*>(alpha) != 1 || (kept != 0 && kept != 1)) return kInvalid;
  Product call = {*static_cast<Matmul*>(matmul),
                  *static_cast<Layout*>(a_layout),
                  *static_cast<Layout*>(b_layout),
                  *static_cast<Layout*>(d_layout),
                  static_cast<const float*>(a),
                  static_cast<const float*>(b),
                  static_cast<float*>(d),
                  static_cast<float*>(workspace),
                  {},
                  kept != 0};
  std::memcpy(&call.choice, algorithm->data, sizeof call.choice);
  const int32_t epilogue = call.matmul.epilogue;
  if (epilogue != thalweg::cuda::kBlasEpilogueDefault &&
      epilogue != thalweg::cuda::kBlasEpilogueBias)
    return kInvalid;
  if (!fits(call.matmul, call.a_layout, call.b_layout, call.d_layout)) return kInvalid;
  for (const void* operand : {a, b, static_cast<const void*>(d)})
    if (!is_aligned(operand, call.choice.alignment)) return kInvalid;
  if (!has_workspace(call.choice, workspace, bytes)) return kInvalid;
  if (is_on_device(call))
    emulation::queue_product(call, stream);
  else
    emulation::enqueue(stream, [] { return cudaErrorIllegalAddress; });
  return 0;
}
