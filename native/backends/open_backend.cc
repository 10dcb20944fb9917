#include <mutex>

#include "backends/backend.h"
#include "backends/cpu/cpu_backend.h"
#include "backends/cuda/cuda_loader.h"
#include "backends/reference/reference_backend.h"
#include "core/error.h"
#include "core/thread_count.h"

namespace thalweg {

namespace {

Backend* forced_cpu(const std::string& device) {
  for (const Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512}) {
    if (device != "cpu:" + std::string(isa_name(isa))) continue;
    if (isa > detect_isa() || lanes_for(isa) == nullptr) return nullptr;
    static Backend* opened[3];
    Backend*& backend = opened[static_cast<int>(isa)];
    if (backend == nullptr) backend = new CpuBackend(*lanes_for(isa));
    return backend;
  }
  return nullptr;
}

}  // namespace

Backend& open_backend(const std::string& device) {
  check_thread_variable();
  refresh_thread_count();
  static std::mutex& mutex = *new std::mutex;
  const std::lock_guard<std::mutex> lock(mutex);
  if (device == "cpu") {
    static Backend& cpu = *new CpuBackend(lanes());
    return cpu;
  }
  if (device == "reference") {
    static Backend& reference = *new ReferenceBackend;
    return reference;
  }
  if (Backend* backend = forced_cpu(device)) return *backend;
  if (device == "cuda" || device.rfind("cuda:", 0) == 0) return open_cuda(device);
  throw Error({ErrorCode::kNoDevice, "device", device, "a device of this machine",
               "device.explain() lists what there is"});
}

}  // namespace thalweg
