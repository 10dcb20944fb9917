// The entry of thalweg_cuda.so. It lists the GPUs and makes a backend for each.
#include "backends/cuda/plugin.h"

#include <cctype>
#include <cstdio>
#include <map>
#include <mutex>
#include <sstream>

#include "backends/cuda/check.h"
#include "backends/cuda/cuda_backend.h"
#include "core/error.h"

namespace thalweg::cuda {

namespace {

constexpr int kLeastCapability = 75;

std::string version_text(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

[[noreturn]] void refuse(const std::string& missing, const std::string& remedy) {
  throw Error({ErrorCode::kNoDevice, "device", missing, "a CUDA device of this machine", remedy});
}

int device_count() {
  int driver = 0, runtime = 0, count = 0;
  cudaDriverGetVersion(&driver);
  cudaRuntimeGetVersion(&runtime);
  const cudaError_t error = cudaGetDeviceCount(&count);
  if (driver == 0) refuse("no NVIDIA driver", "install the NVIDIA driver, or use the device 'cpu'");
  if (error == cudaErrorInsufficientDriver || driver < runtime / 1000 * 1000)
    refuse("the NVIDIA driver is too old: it runs CUDA " + version_text(driver) +
               ", the plugin was built with " + version_text(runtime),
           "update the driver, or build the plugin with an older CUDA");
  if (error == cudaErrorNoDevice || (error == cudaSuccess && count == 0))
    refuse("the driver shows no GPU", "look at nvidia-smi and at CUDA_VISIBLE_DEVICES");
  if (error != cudaSuccess)
    refuse(std::string("the driver does not answer: ") + cudaGetErrorString(error),
           "look at nvidia-smi");
  return count;
}

// The name alone says that a device is an instance of a divided GPU (MIG): "NVIDIA H200 MIG
// 1g.18gb".
std::string uuid_text(const std::string& name, const cudaUUID_t& uuid) {
  std::string text = name.find(" MIG ") == std::string::npos ? "GPU-" : "MIG-";
  for (int i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(uuid.bytes[i]));
    text += digits;
  }
  return text;
}

// Returns true where code for one of `targets` ("sm_80,compute_90") runs on a GPU of this
// capability. Machine code runs on its major version, from its minor version on. PTX runs on all
// later capabilities. A target with a letter runs only on its own capability.
bool serves(const std::string& targets, int capability) {
  std::stringstream list(targets);
  for (std::string target; std::getline(list, target, ',');) {
    const size_t digits = target.find('_') + 1;
    const int built = std::stoi(target.substr(digits));
    const bool exact = std::isalpha(static_cast<unsigned char>(target.back())) != 0;
    const bool machine_code = target.rfind("sm_", 0) == 0;
    if (built == capability) return true;
    if (exact || built > capability) continue;
    if (!machine_code || built / 10 == capability / 10) return true;
  }
  return false;
}

CudaDevice describe(int ordinal) {
  cudaDeviceProp properties;
  check(cudaGetDeviceProperties(&properties, ordinal), "cudaGetDeviceProperties");
  CudaDevice device = {ordinal,
                       properties.name,
                       uuid_text(properties.name, properties.uuid),
                       properties.major * 10 + properties.minor,
                       properties.totalGlobalMem,
                       ""};
  const std::string has = device.name + " has compute capability " +
                          std::to_string(properties.major) + "." + std::to_string(properties.minor);
  if (device.capability < kLeastCapability)
    device.refusal = has + ", at least 7.5 is needed";
  else if (!serves(THALWEG_CUDA_TARGETS, device.capability))
    device.refusal = has + ", the plugin is built for " THALWEG_CUDA_TARGETS +
                     ": build it with script/build --cuda";
  return device;
}

std::vector<CudaDevice> devices() {
  std::vector<CudaDevice> all(device_count());
  for (size_t i = 0; i < all.size(); ++i) all[i] = describe(static_cast<int>(i));
  return all;
}

// Backends are never freed, because no CUDA call may run while the process ends.
Backend& open(const CudaDevice& device) {
  static std::mutex& mutex = *new std::mutex;
  static std::map<int, CudaBackend*>& opened = *new std::map<int, CudaBackend*>;
  const std::lock_guard<std::mutex> lock(mutex);
  CudaBackend*& backend = opened[device.ordinal];
  if (backend == nullptr) backend = new CudaBackend(device);
  return *backend;
}

}  // namespace

}  // namespace thalweg::cuda

extern "C" __attribute__((visibility("default"))) const thalweg::CudaPlugin* thalweg_cuda_plugin() {
  static const thalweg::CudaPlugin plugin = {thalweg::kCudaPluginVersion, &thalweg::cuda::devices,
                                             &thalweg::cuda::open};
  return &plugin;
}
