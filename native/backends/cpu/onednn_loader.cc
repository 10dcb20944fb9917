// Opens the oneDNN plugin that lies beside this addon. The plugin stays open, because oneDNN's
// threads and caches must not be unloaded while the process runs.
#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "backends/cpu/product.h"
#include "core/error.h"

namespace thalweg {

namespace {

struct Loaded {
  Products* products = nullptr;
  std::string why;
};

std::string plugin_path() {
  Dl_info here;
  if (dladdr(reinterpret_cast<const void*>(&plugin_path), &here) == 0) return "thalweg_onednn.so";
  const std::string addon = here.dli_fname;
  return addon.substr(0, addon.rfind('/') + 1) + "thalweg_onednn.so";
}

Loaded load() {
  const char* variable = std::getenv("THALWEG_ONEDNN");
  const std::string wanted = variable == nullptr ? "" : variable;
  if (wanted == "0") return {nullptr, "THALWEG_ONEDNN=0"};
  if (!wanted.empty() && wanted != "1")
    throw Error({ErrorCode::kRange, "THALWEG_ONEDNN", wanted, "0, 1 or nothing", "unset it"});
  const std::string path = plugin_path();
  if (access(path.c_str(), F_OK) != 0) return {nullptr, "this build has no plugin for it"};
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr)
    return {nullptr, std::string(dlerror()) + "; install libdnnl (Debian: libdnnl2)"};
  using Open = Products* (*)();
  const auto open = reinterpret_cast<Open>(dlsym(library, "thalweg_onednn_products"));
  if (open == nullptr) return {nullptr, "thalweg_onednn.so is of another version"};
  return {open(), ""};
}

}  // namespace

Products* onednn_products(std::string* why) {
  static const Loaded& loaded = *new Loaded(load());
  *why = loaded.why;
  return loaded.products;
}

}  // namespace thalweg
