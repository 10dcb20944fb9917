// The interface between the addon and thalweg_cuda.so. Both come from one build.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace thalweg {

class Backend;

struct CudaDevice {
  int ordinal = 0;      // its number among the GPUs that CUDA_VISIBLE_DEVICES leaves
  std::string name;     // "NVIDIA H200"
  std::string uuid;     // "GPU-…" or "MIG-…", as nvidia-smi prints it
  int capability = 0;   // 90 means 9.0
  size_t bytes = 0;     // size of its memory
  std::string refusal;  // why it cannot be used; empty: it can be used
};

// This number rises with every change of CudaPlugin or of a type that CudaPlugin uses.
inline constexpr int kCudaPluginVersion = 2;

struct CudaPlugin {
  int version = kCudaPluginVersion;
  // Returns the GPUs that the driver shows. Throws NO_DEVICE, which says what is missing.
  std::vector<CudaDevice> (*devices)() = nullptr;
  // Returns the device's backend, which is made on first use and never freed. Throws NO_DEVICE,
  // MEMORY or DEVICE.
  Backend& (*open)(const CudaDevice& device) = nullptr;
};

// The plugin exports this symbol alone: const CudaPlugin* thalweg_cuda_plugin().
inline constexpr const char* kCudaPluginSymbol = "thalweg_cuda_plugin";

}  // namespace thalweg
