// The small programs share these: calls that must succeed, memory, a kernel.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

// A program tells whether it got what it should.
using Programs = std::map<std::string, bool (*)(bool mistaken)>;

// By the mistakes that they can make.
Programs memory_programs();
Programs stream_programs();
Programs kernel_programs();
Programs blas_programs();

#define PROGRAM(name) \
  { #name, &name }

constexpr int kThreads = 256;
constexpr int kWarp = 32;
constexpr unsigned kAllLanes = 0xFFFFFFFFu;

inline void check(cudaError_t error) {
  if (error == cudaSuccess) return;
  std::printf("%s\n", cudaGetErrorName(error));
  std::exit(1);
}
inline void synchronize() { check(cudaStreamSynchronize(cudaStreamPerThread)); }

template <class... Parameters, class... Arguments>
cudaError_t launch(unsigned blocks, void (*kernel)(Parameters...), Arguments... arguments) {
  cudaLaunchConfig_t config = {};
  config.gridDim = dim3(blocks);
  config.blockDim = dim3(kThreads);
  return cudaLaunchKernelEx(&config, kernel, static_cast<Parameters>(arguments)...);
}

// Numbers in device memory.
struct Numbers {
  explicit Numbers(size_t count_) : count(count_) {
    check(cudaMalloc(reinterpret_cast<void**>(&data), count * sizeof(float)));
    check(cudaMemsetAsync(data, 0, count * sizeof(float), cudaStreamPerThread));
    synchronize();
  }
  std::vector<float> read() const {
    std::vector<float> values(count);
    check(cudaMemcpyAsync(values.data(), data, count * sizeof(float), cudaMemcpyDeviceToHost,
                          cudaStreamPerThread));
    synchronize();
    return values;
  }
  size_t count;
  float* data = nullptr;
};

inline float* pinned(size_t count) {
  void* data = nullptr;
  check(cudaHostAlloc(&data, count * sizeof(float), cudaHostAllocMapped));
  return static_cast<float*>(data);
}

__global__ inline void fill_kernel(float* to, int64_t count, float value) {
  const int64_t i = int64_t{blockIdx.x} * kThreads + threadIdx.x;
  if (i < count) to[i] = value;
}
