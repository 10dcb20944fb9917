// The one exception type of the native code. It carries a stable code, the path of the argument,
// the received value, the expected value, and a remedy.
#pragma once

#include <exception>
#include <string>

namespace thalweg {

enum class ErrorCode {
#define THALWEG_ERROR_CODE(enumerator, text) enumerator,
#include "core/errors.def"
#undef THALWEG_ERROR_CODE
};

// In the order of the enumerators.
inline constexpr const char* kErrorCodeNames[] = {
#define THALWEG_ERROR_CODE(enumerator, text) text,
#include "core/errors.def"
#undef THALWEG_ERROR_CODE
};
constexpr const char* error_code_name(ErrorCode code) {
  return kErrorCodeNames[static_cast<int>(code)];
}

struct ErrorFields {
  ErrorCode code;
  std::string path;
  std::string received;
  std::string expected;
  std::string remedy = {};  // empty where `expected` says it
};

class Error : public std::exception {
 public:
  explicit Error(ErrorFields fields);
  const char* what() const noexcept override { return message_.c_str(); }
  const ErrorFields& fields() const { return fields_; }

 private:
  ErrorFields fields_;
  std::string message_;
};

}  // namespace thalweg
