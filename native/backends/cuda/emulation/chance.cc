#include "backends/cuda/emulation/chance.h"

#include <string>

#include "backends/cuda/emulation/faults.h"

namespace emulation {

namespace {

struct Sequence {
  std::string text;
  uint64_t seed = 1;
  uint64_t state = 1;
};

Sequence& sequence() {
  static Sequence& shared = *new Sequence;
  const std::string text = environment("THALWEG_EMULATED_SEED");
  if (text != shared.text) {
    const uint64_t seed = text.empty() ? 1 : std::stoull(text);
    shared = {text, seed, seed};
  }
  return shared;
}

}  // namespace

uint64_t seed() { return sequence().seed; }

// SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
uint64_t roll(uint64_t end) {
  uint64_t z = sequence().state += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return (z ^ (z >> 31)) % end;
}

}  // namespace emulation
