// Loads and stores values through pointers that were read from tables in device memory. The
// compiler cannot see that they point to global memory, and would add a check at run time.
#pragma once

#include <cuda_runtime.h>

namespace thalweg::cuda {

// T is float or float4. The load is cached as a plain load is.
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
