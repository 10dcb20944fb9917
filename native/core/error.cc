#include "core/error.h"

#include <utility>

namespace thalweg {

Error::Error(ErrorFields fields) : fields_(std::move(fields)) {
  message_ =
      "expected " + fields_.expected + " for `" + fields_.path + "`, received " + fields_.received;
  if (!fields_.remedy.empty()) message_ += "; " + fields_.remedy;
}

}  // namespace thalweg
