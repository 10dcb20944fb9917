// What the addon and thalweg_cuda.so know of each other. Both come from one build.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace thalweg {

class Backend;

struct CudaDevice {
  int ordinal = 0;      // among those that CUDA_VISIBLE_DEVICES leaves
  std::string name;     // "NVIDIA H200"
  std::string uuid;     // "GPU-…" or "MIG-…", as nvidia-smi prints it
  int capability = 0;   // 90: 9.0
  size_t bytes = 0;     // of memory
  std::string refusal;  // why it cannot serve; empty: it can
};

// Raised with every change of this struct or of what it leads to.
inline constexpr int kCudaPluginVersion = 1;

struct CudaPlugin {
  int version = kCudaPluginVersion;
  // The GPUs that the driver shows. Throws NO_DEVICE, naming what is missing.
  std::vector<CudaDevice> (*devices)() = nullptr;
  // Made on first use, never freed. Throws NO_DEVICE, MEMORY or DEVICE.
  Backend& (*open)(const CudaDevice& device) = nullptr;
};

// The plugin's one symbol: const CudaPlugin* thalweg_cuda_plugin().
inline constexpr const char* kCudaPluginSymbol = "thalweg_cuda_plugin";

}  // namespace thalweg
