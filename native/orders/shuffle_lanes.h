// What the vector lanes do for shuffling and gathering: parameter structs, and
// the entries' contracts.
#pragma once

#include <cstdint>

#include "core/random.h"
#include "orders/index_cipher.h"

namespace thalweg {

// Positions first, first + stride, … of an index cipher.
struct CipherRange {
  const data::IndexCipher* cipher;
  uint64_t first;
  uint64_t stride;
  int64_t count;
};

// Elements [first, last) of an exact shuffle, first a multiple of kBlockLabels;
// `mask` is the number of buckets less one.
struct LabelRange {
  RandomStream stream;
  uint64_t first;
  uint64_t last;
  uint32_t mask;
};

// Elements [first, last) of a bucket, which begins at element `base` of the whole; that
// decides which words it draws.
struct SwapRange {
  RandomStream stream;
  uint64_t base;
  int64_t first;
  int64_t last;
};

struct ShuffleLanes {
  void (*cipher32)(const CipherRange& range, uint32_t* out);  // length < 2^32
  void (*cipher64)(const CipherRange& range, uint64_t* out);
  // counts [buckets] += elements of each label.
  void (*count_labels)(const LabelRange& range, uint32_t* counts);
  // out[cursor[label]++] = element, in the order of the elements.
  void (*scatter32)(const LabelRange& range, uint64_t* cursors, uint32_t* out);
  void (*scatter64)(const LabelRange& range, uint64_t* cursors, uint64_t* out);
  // Fisher-Yates in place, from the front of the bucket, where values begins; the elements
  // before `first` have been through it.
  void (*swap32)(const SwapRange& range, uint32_t* values);
  void (*swap64)(const SwapRange& range, uint64_t* values);
};

}  // namespace thalweg
