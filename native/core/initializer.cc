#include "core/initializer.h"

#include <cmath>

#include "core/logarithm.h"
#include "core/random.h"

namespace thalweg {

namespace {

// In (-1, 1), symmetric: 32 random bits, exact.
double symmetric(uint32_t word) { return (static_cast<double>(word) + 0.5) * 0x1p-31 - 1.0; }

// Marsaglia's polar method: pairs of uniforms until one lies in the unit disc.
// Attempt a of element i draws words of counter i + a 2^56.
double normal(const RandomStream& stream, uint64_t index) {
  for (uint64_t attempt = 0;; ++attempt) {
    const PhiloxWords words = random_words(stream, index | attempt << 56);
    for (int pair = 0; pair < 4; pair += 2) {
      const double u = symmetric(words.word[pair]), v = symmetric(words.word[pair + 1]);
      const double s = u * u + v * v;
      if (s >= 1 || s == 0) continue;
      const double deviate = u * std::sqrt(-2 * logarithm(s) / s);
      if (std::fabs(deviate) <= 4) return deviate;
    }
  }
}

}  // namespace

void initialise(const Initial& initial, uint64_t seed, uint64_t tensor, int64_t length,
                float* out) {
  const RandomStream stream = random_stream({seed, Purpose::kInitialisation, 0, tensor});
  const double limit = initial.value * std::sqrt(3.0);
  for (int64_t i = 0; i < length; ++i) {
    if (initial.distribution == Distribution::kConstant) {
      out[i] = static_cast<float>(initial.value);
    } else if (initial.distribution == Distribution::kUniform) {
      const PhiloxWords words = random_words(stream, static_cast<uint64_t>(i) / 4);
      out[i] = static_cast<float>(limit * symmetric(words.word[i % 4]));
    } else {
      out[i] = static_cast<float>(initial.value * normal(stream, static_cast<uint64_t>(i)));
    }
  }
}

}  // namespace thalweg
