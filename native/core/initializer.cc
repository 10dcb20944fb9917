#include "core/initializer.h"

#include <algorithm>
#include <cmath>

#include "core/logarithm.h"
#include "core/random.h"

namespace thalweg {

namespace {

// Maps 32 random bits to (-1, 1), symmetrically and without rounding.
double symmetric(uint32_t word) { return (static_cast<double>(word) + 0.5) * 0x1p-31 - 1.0; }

// The standard deviation of a standard normal distribution that is truncated at +-2.
constexpr double kTruncatedDeviation = .87962566103423978;

// Marsaglia's polar method: draws pairs of uniform numbers until one lies in the unit disc and
// gives a deviate within +-cut. Attempt a of element i reads the words of counter i + a 2^56.
double normal(const RandomStream& stream, uint64_t index, double cut) {
  for (uint64_t attempt = 0;; ++attempt) {
    const PhiloxWords words = random_words(stream, index | attempt << 56);
    for (int pair = 0; pair < 4; pair += 2) {
      const double u = symmetric(words.word[pair]), v = symmetric(words.word[pair + 1]);
      const double s = u * u + v * v;
      if (s >= 1 || s == 0) continue;
      const double deviate = u * std::sqrt(-2 * logarithm(s) / s);
      if (std::fabs(deviate) <= cut) return deviate;
    }
  }
}

// Returns element `index` of a distribution that is not constant.
double draw(const Initial& initial, const RandomStream& stream, uint64_t index) {
  if (initial.distribution == Distribution::kNormal)
    return initial.value * normal(stream, index, 4);
  if (initial.distribution == Distribution::kTruncatedNormal)
    return initial.value / kTruncatedDeviation * normal(stream, index, 2);
  const PhiloxWords words = random_words(stream, index / 4);
  return initial.value * std::sqrt(3.0) * symmetric(words.word[index % 4]);
}

}  // namespace

void initialise(const Initial& initial, uint64_t seed, uint64_t tensor, int64_t length,
                float* out) {
  if (initial.distribution == Distribution::kConstant) {
    std::fill_n(out, length, static_cast<float>(initial.value));
    return;
  }
  const RandomStream stream = random_stream({seed, Purpose::kInitialisation, 0, tensor});
  for (int64_t i = 0; i < length; ++i)
    out[i] = static_cast<float>(draw(initial, stream, static_cast<uint64_t>(i)));
}

}  // namespace thalweg
