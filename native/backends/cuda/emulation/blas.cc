// The part of cublasLt.h that backends/cuda/blas_api.h declares, as plain loops over
// column-major matrices: THALWEG_CUBLAS=(this library) makes the CUDA backend use it.
// It refuses what the real one would: unknown attributes, no algorithm at hand.
#include <cstring>

#include "backends/cuda/blas_api.h"
#include "backends/cuda/emulation/cuda_runtime.h"

namespace {

using thalweg::cuda::BlasAlgorithm;
using thalweg::cuda::BlasHeuristic;

constexpr int kInvalid = 7;  // CUBLAS_STATUS_INVALID_VALUE
constexpr int kFailed = 13;  // CUBLAS_STATUS_EXECUTION_FAILED
constexpr uint64_t kAlgorithm = 0x5448414C57454721u;

struct Matmul {
  int32_t trans_a = 0;
  int32_t trans_b = 0;
  int32_t epilogue = thalweg::cuda::kBlasEpilogueDefault;
  const float* bias = nullptr;
};

struct Layout {
  uint64_t rows, columns;
  int64_t leading;
};

struct Preference {
  uint64_t workspace = ~uint64_t{0};
};

// Element (i, j) of op(matrix).
float at(const float* matrix, const Layout& layout, bool transposed, uint64_t i, uint64_t j) {
  return matrix[transposed ? j + i * layout.leading : i + j * layout.leading];
}

struct Call {
  Matmul matmul;
  const float *a, *b;
  float* d;
  Layout a_layout, b_layout, d_layout;
};

void multiply(const Call& call) {
  const bool ta = call.matmul.trans_a != 0, tb = call.matmul.trans_b != 0;
  const uint64_t depth = ta ? call.a_layout.rows : call.a_layout.columns;
  for (uint64_t j = 0; j < call.d_layout.columns; ++j) {
    for (uint64_t i = 0; i < call.d_layout.rows; ++i) {
      double sum = 0;
      for (uint64_t k = 0; k < depth; ++k)
        sum += static_cast<double>(at(call.a, call.a_layout, ta, i, k)) *
               at(call.b, call.b_layout, tb, k, j);
      if (call.matmul.epilogue == thalweg::cuda::kBlasEpilogueBias) sum += call.matmul.bias[i];
      call.d[i + j * call.d_layout.leading] = static_cast<float>(sum);
    }
  }
}

// The shapes must fit each other.
bool fits(const Call& call) {
  const bool ta = call.matmul.trans_a != 0, tb = call.matmul.trans_b != 0;
  const Layout &a = call.a_layout, &b = call.b_layout, &d = call.d_layout;
  return (ta ? a.columns : a.rows) == d.rows && (tb ? b.rows : b.columns) == d.columns &&
         (ta ? a.rows : a.columns) == (tb ? b.columns : b.rows);
}

}  // namespace

// A fault that is due ends the call.
#define THALWEG_EMULATED_LIBRARY_CALL()                                              \
  if (const cudaError_t failure = emulation::library_call(); failure != cudaSuccess) \
  return failure == cudaErrorMemoryAllocation ? thalweg::cuda::kBlasNoMemory : kFailed
#define THALWEG_EXPORT extern "C" __attribute__((visibility("default")))

THALWEG_EXPORT size_t cublasLtGetVersion() { return 130000; }
THALWEG_EXPORT int cublasLtCreate(void** handle) {
  static int none;
  *handle = &none;
  return 0;
}
THALWEG_EXPORT int cublasLtMatmulDescCreate(void** made, int compute, int scale) {
  THALWEG_EMULATED_LIBRARY_CALL();
  if (compute != thalweg::cuda::kBlasCompute32F && compute != thalweg::cuda::kBlasComputeTf32)
    return kInvalid;
  *made = new Matmul;
  return scale;  // CUDA_R_32F is 0
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
  if (attribute != thalweg::cuda::kBlasWorkspace) return bytes == sizeof(uint32_t) ? 0 : kInvalid;
  if (bytes != sizeof(uint64_t)) return kInvalid;
  std::memcpy(&static_cast<Preference*>(preference)->workspace, value, bytes);
  return 0;
}
// None for a product of one column, so that doing without is tested too.
THALWEG_EXPORT int cublasLtMatmulAlgoGetHeuristic(void*, void*, void*, void*, void*, void* d,
                                                  void* preference, int, BlasHeuristic* found,
                                                  int* count) {
  *count = 0;
  THALWEG_EMULATED_LIBRARY_CALL();
  if (static_cast<Preference*>(preference)->workspace != 0) return kInvalid;
  if (static_cast<Layout*>(d)->rows == 1) return thalweg::cuda::kBlasNotSupported;
  *found = {};
  found->algorithm.data[0] = kAlgorithm;
  *count = 1;
  return 0;
}
THALWEG_EXPORT int cublasLtMatmul(void*, void* matmul, const void* alpha, const void* a,
                                  void* a_layout, const void* b, void* b_layout, const void* beta,
                                  const void*, void*, void* d, void* d_layout,
                                  const BlasAlgorithm* algorithm, void*, size_t, cudaStream_t) {
  THALWEG_EMULATED_LIBRARY_CALL();
  if (algorithm == nullptr || algorithm->data[0] != kAlgorithm) return kInvalid;
  if (*static_cast<const float*>(alpha) != 1 || *static_cast<const float*>(beta) != 0)
    return kInvalid;
  const Call call = {*static_cast<Matmul*>(matmul),   static_cast<const float*>(a),
                     static_cast<const float*>(b),    static_cast<float*>(d),
                     *static_cast<Layout*>(a_layout), *static_cast<Layout*>(b_layout),
                     *static_cast<Layout*>(d_layout)};
  const int32_t epilogue = call.matmul.epilogue;
  if (epilogue != thalweg::cuda::kBlasEpilogueDefault &&
      epilogue != thalweg::cuda::kBlasEpilogueBias)
    return kInvalid;
  if (!fits(call)) return kInvalid;
  return emulation::run([call] { multiply(call); }) == cudaSuccess ? 0 : kInvalid;
}
