// Loads and stores through pointers out of tables in device memory: the compiler cannot see that
// these point to global memory, and would ask at run time.
#pragma once

#include <cuda_runtime.h>

namespace thalweg::cuda {

// Float or float4; cached as plain accesses are.
template <class T>
__device__ __forceinline__ T load_global(const T* from) {
#if defined(__CUDA_ARCH__)
  return __ldca(from);
#else
  return *from;
#endif
}

template <class T>
__device__ __forceinline__ void store_global(T* to, T value) {
#if defined(__CUDA_ARCH__)
  __stwb(to, value);
#else
  *to = value;
#endif
}

}  // namespace thalweg::cuda
