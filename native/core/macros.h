// Keywords that g++ and nvcc spell differently. Rules and ops use only these.
#pragma once

#if defined(__CUDACC__)
#define THALWEG_INLINE __host__ __device__ __forceinline__
#else
#define THALWEG_INLINE inline __attribute__((always_inline))
#endif

// Code that is compiled once per instruction set lives in this inline namespace,
// so that each copy has names of its own.
#if !defined(THALWEG_LANES)
#define THALWEG_LANES portable
#endif
