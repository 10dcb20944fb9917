// Averages of the weights along a run. Every kind moves by a += rate (w - a); the rate is computed
// here, in double.
#pragma once

#include <algorithm>
#include <cstdint>

namespace thalweg {

// kEma is a = d a + (1 - d) w with the decay d. kRunning is the decaying sum of all weights so far,
// divided by the sum of their factors, 1 + d + d^2 + …. kUniform is the plain mean.
enum class AverageKind : int32_t {
#define THALWEG_AVERAGE(enumerator, name) enumerator,
#include "train/step/average.def"
#undef THALWEG_AVERAGE
};

// In the order of the enumerators.
inline constexpr const char* kAverageNames[] = {
#define THALWEG_AVERAGE(enumerator, name) name,
#include "train/step/average.def"
#undef THALWEG_AVERAGE
};
inline const char* average_name(AverageKind kind) { return kAverageNames[static_cast<int>(kind)]; }

// The average takes the weights after the steps (or epochs) first, first + every, first + 2 every,
// …, counted from 1.
struct AverageOptions {
  AverageKind kind = AverageKind::kNone;
  // kEma limits the n-th d, from n = 2 on, to n / (warmup + n - 1). 0: no limit.
  double warmup = 0;
  int64_t first = 1;
  int64_t every = 1;
  bool by_epoch = false;
};

// An average keeps two scalars: the number of weights taken and, for kRunning, 1 + d + d^2 + ….
inline constexpr int kAverageScalars = 2;

// True where the average takes the weights after `step`. `ended_epoch` is the number of the epoch
// that ended with the step, or 0.
inline bool averages_after(const AverageOptions& options, int64_t step, int64_t ended_epoch) {
  if (options.kind == AverageKind::kNone) return false;
  const int64_t at = options.by_epoch ? ended_epoch : step;
  return at >= options.first && (at - options.first) % options.every == 0;
}

// Counts the next weights and returns their rate. The first weights have the rate 1.
inline double average_rate(const AverageOptions& options, double decay, double* seen) {
  const double n = ++seen[0];
  seen[1] = decay * seen[1] + 1;
  switch (options.kind) {
    case AverageKind::kRunning:
      return 1 / seen[1];
    case AverageKind::kUniform:
      return 1 / n;
    default:
      if (n == 1) return 1;
      return 1 - std::min(decay, options.warmup > 0 ? n / (options.warmup + n - 1) : 1.0);
  }
}

}  // namespace thalweg
