// JavaScript gives the enumerators of C++ by their names.
#pragma once

#include <string>

#include "core/error.h"

namespace thalweg {

// Returns the enumerator whose number is the position of `name` in `names`. Throws RANGE for `path`
// if `names` lacks it.
template <class Enum, size_t kCount>
Enum position(const std::string& name, const char* const (&names)[kCount], const char* path) {
  for (size_t i = 0; i < kCount; ++i)
    if (name == names[i]) return static_cast<Enum>(i);
  throw Error({ErrorCode::kRange, path, name, "a known name"});
}

}  // namespace thalweg
