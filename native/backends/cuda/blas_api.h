// Declares the part of cublasLt.h that the backend uses, so that a build needs no cuBLAS. Names
// follow the library's. Values hold for cuBLAS 11 to 13.
#pragma once

#include <driver_types.h>

#include <cstddef>
#include <cstdint>

namespace thalweg::cuda {

using BlasHandle = void*;
using BlasMatmul = void*;      // cublasLtMatmulDesc_t
using BlasLayout = void*;      // cublasLtMatrixLayout_t
using BlasPreference = void*;  // cublasLtMatmulPreference_t

struct BlasAlgorithm {  // cublasLtMatmulAlgo_t
  uint64_t data[8];
};
struct BlasHeuristic {  // cublasLtMatmulHeuristicResult_t
  BlasAlgorithm algorithm;
  size_t workspace_bytes;
  int state;
  float waves;
  int reserved[4];
};

inline constexpr int kBlasSuccess = 0;        // CUBLAS_STATUS_SUCCESS
inline constexpr int kBlasNoMemory = 3;       // CUBLAS_STATUS_ALLOC_FAILED
inline constexpr int kBlasNotSupported = 15;  // CUBLAS_STATUS_NOT_SUPPORTED
inline constexpr int kBlasFloat = 0;          // CUDA_R_32F
inline constexpr int kBlasCompute32F = 68;    // CUBLAS_COMPUTE_32F
inline constexpr int kBlasComputeTf32 = 77;   // CUBLAS_COMPUTE_32F_FAST_TF32
inline constexpr int kBlasTransA = 3;         // CUBLASLT_MATMUL_DESC_TRANSA
inline constexpr int kBlasTransB = 4;         // CUBLASLT_MATMUL_DESC_TRANSB
inline constexpr int kBlasEpilogue = 7;       // CUBLASLT_MATMUL_DESC_EPILOGUE
inline constexpr int kBlasBiasPointer = 8;    // CUBLASLT_MATMUL_DESC_BIAS_POINTER
inline constexpr int kBlasWorkspace = 1;      // CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES
// CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_{A,B,C,D}_BYTES
inline constexpr int kBlasAlignments[] = {5, 6, 7, 8};
// Values of cublasLtEpilogue_t.
inline constexpr int kBlasEpilogueDefault = 1;
inline constexpr int kBlasEpilogueBias = 4;

// The descriptors of one product. The library's matrices are column-major.
struct BlasProblem {
  BlasMatmul matmul;
  BlasLayout a, b, c;
};

struct BlasApi {
  size_t (*version)();
  int (*create)(BlasHandle*);
  int (*matmul_create)(BlasMatmul*, int compute, int scale);
  int (*matmul_destroy)(BlasMatmul);
  int (*matmul_set)(BlasMatmul, int attribute, const void*, size_t);
  int (*layout_create)(BlasLayout*, int type, uint64_t rows, uint64_t columns, int64_t leading);
  int (*layout_destroy)(BlasLayout);
  int (*preference_create)(BlasPreference*);
  int (*preference_destroy)(BlasPreference);
  int (*preference_set)(BlasPreference, int attribute, const void*, size_t);
  int (*heuristic)(BlasHandle, BlasMatmul, BlasLayout a, BlasLayout b, BlasLayout c, BlasLayout d,
                   BlasPreference, int wanted, BlasHeuristic*, int* found);
  int (*multiply)(BlasHandle, BlasMatmul, const void* alpha, const void* a, BlasLayout,
                  const void* b, BlasLayout, const void* beta, const void* c, BlasLayout, void* d,
                  BlasLayout, const BlasAlgorithm*, void* workspace, size_t, cudaStream_t);
};

}  // namespace thalweg::cuda
