#include "backends/reference/reference_backend.h"

namespace thalweg {

std::string ReferenceBackend::implementation(std::string_view) const { return "reference"; }

}  // namespace thalweg
