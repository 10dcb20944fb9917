// Keywords that g++ and nvcc spell differently. Rules and ops use only these. DEVICE and INLINE
// functions run on the GPU too, and UNROLL stands before a short loop.
#pragma once

#if defined(__CUDACC__)
#define THALWEG_DEVICE __host__ __device__
#define THALWEG_INLINE __host__ __device__ __forceinline__
#define THALWEG_UNROLL _Pragma("unroll")
#else
#define THALWEG_DEVICE
#define THALWEG_INLINE inline __attribute__((always_inline))
#define THALWEG_UNROLL _Pragma("GCC unroll 16")
#endif

// Code that is compiled once per instruction set lives in this inline namespace,
// so that each copy has names of its own.
#if !defined(THALWEG_LANES)
#define THALWEG_LANES portable
#endif
