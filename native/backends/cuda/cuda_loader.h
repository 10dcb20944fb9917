// Finds the CUDA plugin and its GPUs, or says what is missing.
#pragma once

#include <string>
#include <vector>

#include "backends/backend.h"
#include "backends/cuda/plugin.h"

namespace thalweg {

struct CudaStatus {
  std::vector<CudaDevice> devices;
  // Where there are no devices, these say what is missing and what to do about it.
  std::string missing;
  std::string remedy;
};

// Looks for the GPUs once per process. It opens the plugin only where a driver is installed.
const CudaStatus& cuda_status();

// Returns the device of a name: "cuda" (the first usable device), "cuda:1", or "cuda:GPU-…" and
// "cuda:MIG-…" (a UUID or its beginning). Throws NO_DEVICE with the reason.
const CudaDevice& find_cuda_device(const std::string& name);
Backend& open_cuda(const std::string& name);

}  // namespace thalweg
