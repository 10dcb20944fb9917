#include "data/csv/text_dictionary.h"

#include <random>

namespace thalweg::data {

// Returns the key of this process.
static const SipKey& secret_key() {
  static const SipKey key = [] {
    std::random_device random;
    const auto word = [&] { return uint64_t{random()} << 32 | random(); };
    const uint64_t first = word();
    return SipKey{first, word()};
  }();
  return key;
}

TextDictionary::TextDictionary() : key_(secret_key()), slots_(16) {}

std::string_view TextDictionary::text(uint32_t code) const {
  const uint32_t begin = code == 0 ? 0 : ends_[code - 1];
  return std::string_view(texts_).substr(begin, ends_[code] - begin);
}

uint32_t TextDictionary::code(std::string_view wanted, uint64_t position) {
  const uint64_t hash = siphash(key_, wanted.data(), wanted.size());
  const auto upper = static_cast<uint32_t>(hash >> 32);
  const size_t mask = slots_.size() - 1;
  for (size_t at = hash & mask;; at = (at + 1) & mask) {
    Slot& slot = slots_[at];
    if (slot.code == kNone) {
      hashes_.push_back(hash);
      slot = {add(wanted, position), upper};
      const uint32_t code = slot.code;
      if (size_t{2} * size() > slots_.size()) grow();
      return code;
    }
    if (slot.hash == upper && text(slot.code) == wanted) return slot.code;
  }
}

uint32_t TextDictionary::add(std::string_view text, uint64_t position) {
  texts_.append(text);
  ends_.push_back(static_cast<uint32_t>(texts_.size()));
  positions_.push_back(static_cast<double>(position));
  return size() - 1;
}

void TextDictionary::grow() {
  std::vector<Slot> larger(slots_.size() * 2);
  const size_t mask = larger.size() - 1;
  for (uint32_t code = 0; code < size(); ++code) {
    size_t at = hashes_[code] & mask;
    while (larger[at].code != kNone) at = (at + 1) & mask;
    larger[at] = {code, static_cast<uint32_t>(hashes_[code] >> 32)};
  }
  slots_.swap(larger);
}

}  // namespace thalweg::data
