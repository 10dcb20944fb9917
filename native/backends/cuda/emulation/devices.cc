#include "backends/cuda/emulation/devices.h"

#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

#include "backends/cuda/emulation/cuda_runtime_api.h"
#include "backends/cuda/emulation/device_memory.h"
#include "backends/cuda/emulation/faults.h"

namespace emulation {

namespace {

constexpr int kGpus = 2;

thread_local int device = 0;

std::string uuid_of(int gpu) {
  return "GPU-00000000-0000-0000-0000-00000000000" + std::to_string(gpu + 1);
}

// Returns the numbers of the visible GPUs. Like CUDA, it ignores all entries from the first invalid
// one on.
std::vector<int> visible() {
  if (std::getenv("CUDA_VISIBLE_DEVICES") == nullptr) return {0, 1};
  std::vector<int> found;
  std::stringstream list(environment("CUDA_VISIBLE_DEVICES"));
  for (std::string entry; std::getline(list, entry, ',');) {
    int gpu = 0;
    while (gpu < kGpus && entry != std::to_string(gpu) && entry != uuid_of(gpu)) ++gpu;
    if (gpu == kGpus) break;
    found.push_back(gpu);
  }
  return found;
}

}  // namespace

int current_device() { return device; }

}  // namespace emulation

cudaError_t cudaDriverGetVersion(int* version) {
  *version = emulation::has_fault("old-driver") ? 11040 : 13000;
  if (emulation::has_fault("no-driver")) *version = 0;
  return cudaSuccess;
}
cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = 13000;
  return cudaSuccess;
}
cudaError_t cudaGetDeviceCount(int* count) {
  *count = emulation::has_fault("no-device") ? 0 : static_cast<int>(emulation::visible().size());
  if (emulation::has_fault("old-driver") || emulation::has_fault("no-driver"))
    return cudaErrorInsufficientDriver;
  return *count == 0 ? cudaErrorNoDevice : cudaSuccess;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int ordinal) {
  *properties = {};
  std::strcpy(properties->name,
              emulation::has_fault("mig") ? "emulated GPU MIG 1g.1gb" : "emulated GPU");
  properties->uuid.bytes[15] = static_cast<char>(emulation::visible().at(ordinal) + 1);
  properties->major = emulation::has_fault("old-card")     ? 6
                      : emulation::has_fault("other-card") ? 8
                                                           : 9;
  properties->totalGlobalMem = emulation::memory_bytes();
  return cudaSuccess;
}
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr, int) {
  THALWEG_EMULATED_CALL();
  *value = 2;
  return cudaSuccess;
}
cudaError_t cudaSetDevice(int ordinal) {
  if (emulation::has_fault("exclusive")) return cudaErrorDevicesUnavailable;
  if (emulation::has_fault("no-room")) return cudaErrorMemoryAllocation;
  THALWEG_EMULATED_CALL();
  emulation::device = ordinal;
  return cudaSuccess;
}
