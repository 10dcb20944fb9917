// The oneDNN plugin's one exported symbol.
#include <dnnl.hpp>

extern "C" __attribute__((visibility("default"))) const char* thalweg_onednn_version() {
  static const dnnl_version_t* version = dnnl_version();
  return version != nullptr ? "oneDNN" : "";
}
