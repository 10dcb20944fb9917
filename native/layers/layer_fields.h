// The fields of one layer's description. Each layer reads its fields by name, and no other code
// knows them.
#pragma once

#include <cstdint>
#include <string>

namespace thalweg {

class LayerFields {
 public:
  virtual ~LayerFields() = default;
  virtual std::string text(const char* name) const = 0;
  virtual double number(const char* name) const = 0;
  virtual bool truth(const char* name) const = 0;
  // Returns a whole number of at least `least`. Throws TYPE or RANGE.
  virtual int64_t count(const char* name, int64_t least) const = 0;
};

}  // namespace thalweg
