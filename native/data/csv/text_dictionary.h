// The different texts of a column, numbered in the order of their first rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/siphash.h"

namespace thalweg::data {

class TextDictionary {
 public:
  TextDictionary();

  // Returns the number of a text, which is added where it is new. `position` says where it stands.
  uint32_t code(std::string_view text, uint64_t position);

  uint32_t size() const { return static_cast<uint32_t>(positions_.size()); }
  // All texts one after another; text i ends before ends()[i].
  const std::string& texts() const { return texts_; }
  const std::vector<uint32_t>& ends() const { return ends_; }
  // The position of the first occurrence of each.
  const std::vector<double>& positions() const { return positions_; }

 private:
  // A place of the hash table.
  struct Slot {
    uint32_t code = kNone;
    uint32_t hash = 0;  // its upper half
  };
  static constexpr uint32_t kNone = ~uint32_t{0};

  std::string_view text(uint32_t code) const;
  uint32_t add(std::string_view text, uint64_t position);
  void grow();

  SipKey key_;
  std::vector<Slot> slots_;       // a power of two, at most half full
  std::vector<uint64_t> hashes_;  // the hash of each text
  std::string texts_;
  std::vector<uint32_t> ends_;
  std::vector<double> positions_;
};

}  // namespace thalweg::data
