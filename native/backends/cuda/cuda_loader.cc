#include "backends/cuda/cuda_loader.h"

#include <dlfcn.h>

#include <cstdlib>
#include <string>

#include "core/error.h"

namespace thalweg {

namespace {

struct Loaded {
  const CudaPlugin* plugin = nullptr;
  CudaStatus status;
};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Returns the path of the plugin that lies beside this addon.
std::string plugin_path() {
  Dl_info here;
  const bool found = dladdr(reinterpret_cast<const void*>(&plugin_path), &here) != 0;
  const std::string addon = found ? here.dli_fname : "";
  return addon.substr(0, addon.rfind('/') + 1) + "thalweg_cuda.so";
}

Loaded refusal(std::string missing, std::string remedy) {
  return {nullptr, {{}, std::move(missing), std::move(remedy)}};
}

// Opens the plugin, which stays open because a CUDA context must not lose its code.
Loaded open_plugin(const std::string& path) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr)
    return refusal(std::string("the CUDA plugin does not load: ") + dlerror(),
                   "build it with script/build --cuda");
  using Entry = const CudaPlugin* (*)();
  const auto entry = reinterpret_cast<Entry>(dlsym(library, kCudaPluginSymbol));
  const CudaPlugin* plugin = entry == nullptr ? nullptr : entry();
  if (plugin == nullptr || plugin->version != kCudaPluginVersion)
    return refusal("the CUDA plugin " + path + " is of another version than the addon",
                   "build both with script/build --cuda");
  return {plugin, {}};
}

Loaded load() {
  const std::string wanted = environment("THALWEG_CUDA");
  if (wanted == "0") return refusal("THALWEG_CUDA=0 turns CUDA off", "unset it");
  if (wanted.empty() && dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL) == nullptr)
    return refusal("no NVIDIA driver: libcuda.so.1 is not found",
                   "install the NVIDIA driver, or use the device 'cpu'");
  Loaded loaded = open_plugin(wanted.empty() ? plugin_path() : wanted);
  if (loaded.plugin == nullptr) return loaded;
  try {
    loaded.status.devices = loaded.plugin->devices();
  } catch (const Error& error) {
    return refusal(error.fields().received, error.fields().remedy);
  }
  return loaded;
}

const Loaded& loaded() {
  static const Loaded& once = *new Loaded(load());
  return once;
}

[[noreturn]] void refuse(const std::string& name, const std::string& why,
                         const std::string& remedy) {
  throw Error({ErrorCode::kNoDevice, "device", name + " (" + why + ")",
               "a CUDA device of this machine", remedy});
}

bool matches(const CudaDevice& device, const std::string& selector) {
  if (selector.empty()) return device.refusal.empty();
  if (selector == std::to_string(device.ordinal)) return true;
  const bool names_one = selector.rfind("GPU-", 0) == 0 || selector.rfind("MIG-", 0) == 0;
  return names_one && device.uuid.rfind(selector, 0) == 0;
}

}  // namespace

const CudaStatus& cuda_status() { return loaded().status; }

const CudaDevice& find_cuda_device(const std::string& name) {
  const CudaStatus& status = cuda_status();
  if (status.devices.empty()) refuse(name, status.missing, status.remedy);
  const std::string selector = name == "cuda" ? "" : name.substr(sizeof "cuda:" - 1);
  for (const CudaDevice& device : status.devices) {
    if (name != "cuda" && selector.empty()) break;
    if (!matches(device, selector)) continue;
    if (!device.refusal.empty()) refuse(name, device.refusal, "use another GPU, or 'cpu'");
    return device;
  }
  if (name == "cuda") refuse(name, status.devices.front().refusal, "use the device 'cpu'");
  refuse(name, "there are " + std::to_string(status.devices.size()) + " CUDA devices",
         "use cuda:0 to cuda:" + std::to_string(status.devices.size() - 1) +
             ", or a UUID as nvidia-smi -L prints it");
}

Backend& open_cuda(const std::string& name) {
  const CudaDevice& device = find_cuda_device(name);  // this throws where there is no plugin
  return loaded().plugin->open(device);
}

}  // namespace thalweg
