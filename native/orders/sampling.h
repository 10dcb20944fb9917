// The choice of an epoch's rows where it is no plain permutation: draws by weight with replacement,
// draws by weight without replacement, or batches with even shares of each class. A Sampling is
// made from weights or classes, never changes, and may be shared. The rows of an epoch are a pure
// function of (sampling, seed, epoch).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/host_memory.h"
#include "core/random.h"

namespace thalweg {

enum class SamplingKind { kReplacement, kWeighted, kStratified };

// One column of an alias table (Walker 1977; built in linear time, Vose 1991). It gives its own row
// with a chance of threshold / 2^64, and otherwise the alias.
struct AliasColumn {
  uint64_t threshold;
  uint32_t alias;
  uint32_t unused;
};

// Rows grouped by class. Only classes that have rows count: the rows of the c-th one begin at
// rows[starts[c]] and end before rows[starts[c + 1]].
struct Strata {
  std::vector<uint32_t> rows;
  std::vector<uint64_t> starts;

  size_t classes() const { return starts.empty() ? 0 : starts.size() - 1; }
  uint64_t count(size_t c) const { return starts[c + 1] - starts[c]; }
};

struct Sampling {
  SamplingKind kind = SamplingKind::kReplacement;
  uint64_t length = 0;       // rows, below 2^32
  uint64_t draws = 0;        // in one epoch
  uint64_t fingerprint = 0;  // a hash of kind, draws, and weights or classes
  HostMemory table;          // kReplacement: AliasColumn [length]; kWeighted: double [length]
  Strata strata;             // kStratified

  const AliasColumn* columns() const { return static_cast<const AliasColumn*>(table.data()); }
  const double* weights() const { return static_cast<const double*>(table.data()); }
  size_t bytes() const;
};

// Weights above 0 lie between these limits, so that neither sums nor keys overflow.
inline constexpr double kLeastWeight = 0x1p-500, kGreatestWeight = 0x1p500;

// weights [length] are 0 or from kLeastWeight to kGreatestWeight, and at least one is above 0.
// draws = 0 stands for the number of weights above 0, or for `length` with replacement. Throws
// RANGE for other weights, and for more draws without replacement than weights above 0.
Sampling make_weighted(const double* weights, uint64_t length, uint64_t draws, bool replacement);

inline constexpr int32_t kMostClasses = 1 << 24;
// classes [length] are at least 0 and below kMostClasses, else this throws RANGE.
Sampling make_stratified(const int32_t* classes, uint64_t length);

// Writes the alias table of weights [length] to columns [length]. The relative error of each row's
// chance is about 1e-15, whatever the other weights are.
void build_alias_table(const double* weights, uint64_t length, AliasColumn* columns);

// The uses of random words in a sampling. Each use has a stream of its own in each epoch.
enum class SamplingStream : uint64_t { kDraws = 0, kKeys, kRows, kShares, kBatches, kPlaces };
RandomStream sampling_stream(uint64_t seed, uint64_t epoch, uint64_t length, SamplingStream kind);

inline namespace THALWEG_LANES {

// Returns the row of draw number `position` < 2^56, whose first random words are `words`. Draws a
// column, exactly uniform by rejection, and compares 64 more bits with its threshold.
THALWEG_INLINE uint32_t draw_row(const AliasColumn* columns, uint64_t length, PhiloxWords words,
                                 const RandomStream& stream, uint64_t position) {
  for (uint64_t attempt = 1;; ++attempt) {
    const uint64_t bits = uint64_t{words.word[1]} << 32 | words.word[0];
    const unsigned __int128 product = static_cast<unsigned __int128>(bits) * length;
    const auto low = static_cast<uint64_t>(product);
    if (low >= length || low >= (0 - length) % length) {
      const auto row = static_cast<uint32_t>(product >> 64);
      const uint64_t chance = uint64_t{words.word[3]} << 32 | words.word[2];
      return chance < columns[row].threshold ? row : columns[row].alias;
    }
    words = random_words(stream, position | attempt << 56);
  }
}

}  // namespace THALWEG_LANES

}  // namespace thalweg
