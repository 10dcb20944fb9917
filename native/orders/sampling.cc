#include "orders/sampling.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numeric>

#include "core/error.h"

namespace thalweg {

namespace {

// Tells the weights of two runs apart. It is no cryptographic hash.
class Fingerprint {
 public:
  void add(uint64_t value) {
    hash_ = (hash_ ^ value) * 0x9E3779B97F4A7C15u;
    hash_ ^= hash_ >> 29;
  }
  void add(double value) {
    uint64_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    add(bits);
  }
  uint64_t value() const { return hash_; }

 private:
  uint64_t hash_ = 0x54484157;
};

[[noreturn]] void refuse(const std::string& path, const std::string& received,
                         const std::string& expected, const std::string& remedy = "") {
  throw Error({ErrorCode::kRange, path, received, expected, remedy});
}

// Checks all weights, and returns how many are above 0.
uint64_t check_weights(const double* weights, uint64_t length) {
  uint64_t positive = 0;
  for (uint64_t i = 0; i < length; ++i) {
    const double w = weights[i];
    if (!(w == 0 || (w >= kLeastWeight && w <= kGreatestWeight)))
      refuse("weights[" + std::to_string(i) + "]", std::to_string(w), "0, or from 2^-500 to 2^500");
    positive += w > 0;
  }
  if (positive == 0) refuse("weights", "no weight above 0", "at least one weight above 0");
  return positive;
}

}  // namespace

size_t Sampling::bytes() const {
  return table.bytes() + strata.rows.size() * sizeof(uint32_t) +
         strata.starts.size() * sizeof(uint64_t);
}

RandomStream sampling_stream(uint64_t seed, uint64_t epoch, uint64_t length, SamplingStream kind) {
  return random_stream({.seed = seed,
                        .purpose = Purpose::kSampling,
                        .epoch = epoch,
                        .window = length | static_cast<uint64_t>(kind) << 60});
}

Sampling make_weighted(const double* weights, uint64_t length, uint64_t draws, bool replacement) {
  const uint64_t positive = check_weights(weights, length);
  if (!replacement && draws > positive)
    refuse("draws", std::to_string(draws),
           "at most " + std::to_string(positive) + ", the number of weights above 0",
           "use replacement: true");
  Sampling sampling;
  sampling.kind = replacement ? SamplingKind::kReplacement : SamplingKind::kWeighted;
  sampling.length = length;
  sampling.draws = draws > 0 ? draws : replacement ? length : positive;
  Fingerprint fingerprint;
  fingerprint.add(static_cast<uint64_t>(sampling.kind));
  fingerprint.add(sampling.draws);
  for (uint64_t i = 0; i < length; ++i) fingerprint.add(weights[i]);
  sampling.fingerprint = fingerprint.value();
  if (replacement) {
    sampling.table = HostMemory(length * sizeof(AliasColumn));
    build_alias_table(weights, length, static_cast<AliasColumn*>(sampling.table.data()));
  } else {
    sampling.table = HostMemory(length * sizeof(double));
    std::memcpy(sampling.table.data(), weights, length * sizeof(double));
  }
  return sampling;
}

namespace {

constexpr int kDigitBits = 8;
constexpr size_t kDigits = size_t{1} << kDigitBits;

// Returns the rows [0, length) in ascending order of class, and of row within a class. The memory
// of a radix sort depends on the number of rows, and not on the size of the class numbers.
std::vector<uint32_t> rows_by_class(const int32_t* classes, uint64_t length, int32_t greatest) {
  std::vector<uint32_t> rows(length), sorted(length);
  std::iota(rows.begin(), rows.end(), 0u);
  for (int shift = 0; shift == 0 || greatest >> shift > 0; shift += kDigitBits) {
    const auto digit = [&](uint32_t row) { return classes[row] >> shift & (kDigits - 1); };
    std::array<uint64_t, kDigits + 1> starts{};
    for (const uint32_t row : rows) ++starts[digit(row) + 1];
    for (size_t d = 0; d < kDigits; ++d) starts[d + 1] += starts[d];
    for (const uint32_t row : rows) sorted[starts[digit(row)]++] = row;
    rows.swap(sorted);
  }
  return rows;
}

// Groups the rows by class, in ascending order. Leaves out classes without rows.
Strata make_strata(const int32_t* classes, uint64_t length, int32_t greatest) {
  Strata strata;
  strata.rows = rows_by_class(classes, length, greatest);
  for (uint64_t i = 0; i < length; ++i)
    if (i == 0 || classes[strata.rows[i]] != classes[strata.rows[i - 1]])
      strata.starts.push_back(i);
  strata.starts.push_back(length);
  return strata;
}

}  // namespace

Sampling make_stratified(const int32_t* classes, uint64_t length) {
  Sampling sampling;
  sampling.kind = SamplingKind::kStratified;
  sampling.length = sampling.draws = length;
  Fingerprint fingerprint;
  fingerprint.add(static_cast<uint64_t>(sampling.kind));
  int32_t greatest = 0;
  for (uint64_t i = 0; i < length; ++i) {
    if (classes[i] < 0 || classes[i] >= kMostClasses)
      refuse("labels[" + std::to_string(i) + "]", std::to_string(classes[i]),
             "a class from 0 to 2^24 - 1");
    greatest = std::max(greatest, classes[i]);
    fingerprint.add(static_cast<uint64_t>(classes[i]));
  }
  sampling.strata = make_strata(classes, length, greatest);
  // Checkpoints of older versions may hold orders in which classes without rows took part in the
  // draws. The number of used classes makes the fingerprint differ from theirs.
  const uint64_t used = sampling.strata.classes();
  if (used != static_cast<uint64_t>(greatest) + 1) fingerprint.add(used);
  sampling.fingerprint = fingerprint.value();
  return sampling;
}

}  // namespace thalweg
