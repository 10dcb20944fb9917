// The one exception type of the native code. It carries a stable code, the path of the argument,
// the received value, the expected value, and a remedy.
#pragma once

#include <exception>
#include <string>

namespace thalweg {

struct ErrorFields {
  std::string code;
  std::string path;
  std::string received;
  std::string expected;
  std::string remedy;
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
