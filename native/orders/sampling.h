// Which rows an epoch visits where it is not a plain permutation: drawn by weight
// with replacement, by weight without, or in batches of even class shares. Made
// once from weights or classes, then immutable and shared; each epoch's rows are a
// pure function of (sampling, seed, epoch).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/host_memory.h"
#include "core/random.h"

namespace thalweg {

enum class SamplingKind { kReplacement, kWeighted, kStratified };

// One column of an alias table (Walker 1977; built in linear time as by Vose 1991): its row with
// a chance of threshold / 2^64, otherwise the alias.
struct AliasColumn {
  uint64_t threshold;
  uint32_t alias;
  uint32_t unused;
};

// Rows grouped by class: those of the c-th class that has any are rows[starts[c]] up to before
// rows[starts[c + 1]].
struct Strata {
  std::vector<uint32_t> rows;
  std::vector<uint64_t> starts;

  size_t classes() const { return starts.empty() ? 0 : starts.size() - 1; }
  uint64_t count(size_t c) const { return starts[c + 1] - starts[c]; }
};

struct Sampling {
  SamplingKind kind = SamplingKind::kReplacement;
  uint64_t length = 0;       // rows, below 2^32
  uint64_t draws = 0;        // of an epoch
  uint64_t fingerprint = 0;  // of kind, draws, and weights or classes
  HostMemory table;          // kReplacement: AliasColumn [length]; kWeighted: double [length]
  Strata strata;             // kStratified

  const AliasColumn* columns() const { return static_cast<const AliasColumn*>(table.data()); }
  const double* weights() const { return static_cast<const double*>(table.data()); }
  size_t bytes() const;
};

// Positive weights lie between these, so that neither sums nor keys overflow.
inline constexpr double kLeastWeight = 0x1p-500, kGreatestWeight = 0x1p500;

// weights [length], each 0 or between kLeastWeight and kGreatestWeight, one at least above 0;
// throws RANGE. Without replacement no more than the rows above 0 can be drawn; draws = 0 takes
// them all (with replacement, as many as there are rows).
Sampling make_weighted(const double* weights, uint64_t length, uint64_t draws, bool replacement);

// classes [length], 0 and up, below kMostClasses; throws RANGE.
inline constexpr int32_t kMostClasses = 1 << 24;
Sampling make_stratified(const int32_t* classes, uint64_t length);

// The alias table of weights [length] into columns [length]. Each row's chance is right to about
// 1e-15 of itself, whatever the others weigh.
void build_alias_table(const double* weights, uint64_t length, AliasColumn* columns);

// The stream of an epoch's draws; `kind` parts draws of different use.
enum class SamplingStream : uint64_t { kDraws = 0, kKeys, kRows, kShares, kBatches, kPlaces };
RandomStream sampling_stream(uint64_t seed, uint64_t epoch, uint64_t length, SamplingStream kind);

inline namespace THALWEG_LANES {

// The row of draw number `position` < 2^56: a column, exactly uniform by rejection, and 64 further
// bits against its threshold.
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
