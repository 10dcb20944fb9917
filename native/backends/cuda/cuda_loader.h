// Finds the CUDA plugin and its GPUs, or says what is missing.
#pragma once

#include <string>
#include <vector>

#include "backends/backend.h"
#include "backends/cuda/plugin.h"

namespace thalweg {

struct CudaStatus {
  std::vector<CudaDevice> devices;
  // Why there are none, and what to do about it.
  std::string missing;
  std::string remedy;
};

// Asked once per process. Opens the plugin only where a driver answers.
const CudaStatus& cuda_status();

// The device behind "cuda" (the first that serves), "cuda:1", or "cuda:GPU-…" or
// "cuda:MIG-…" (a UUID or its beginning). Throws NO_DEVICE with the reason.
const CudaDevice& find_cuda_device(const std::string& name);
Backend& open_cuda(const std::string& name);

}  // namespace thalweg
