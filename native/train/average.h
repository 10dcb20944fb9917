// Averages of the weights along a run: which weights count, and with what share.
// All are of the form a += rate (w - a); the rate is computed here, in double.
#pragma once

#include <algorithm>
#include <cstdint>

namespace thalweg {

// kEma: a = d a + (1 - d) w. kRunning: the decaying sum of all weights so far over
// the sum of their factors, 1 + d + d^2 + …. kUniform: the plain mean.
enum class AverageKind : int32_t { kNone, kEma, kRunning, kUniform };

inline constexpr const char* kAverageNames[] = {"none", "ema", "running", "uniform"};
inline const char* average_name(AverageKind kind) { return kAverageNames[static_cast<int>(kind)]; }

// The weights after step (or epoch) number `first`, first + every, … count, from 1.
struct AverageOptions {
  AverageKind kind = AverageKind::kNone;
  double warmup = 0;  // of kEma: the n-th d is at most n / (warmup + n - 1), n from 2
  int64_t first = 1;
  int64_t every = 1;
  bool by_epoch = false;
};

// What an average has seen: how many weights, and of kRunning 1 + d + d^2 + …
inline constexpr int kAverageScalars = 2;

// `step` was just taken; `ended_epoch` ended with it, 0: none did.
inline bool averages_after(const AverageOptions& options, int64_t step, int64_t ended_epoch) {
  if (options.kind == AverageKind::kNone) return false;
  const int64_t at = options.by_epoch ? ended_epoch : step;
  return at >= options.first && (at - options.first) % options.every == 0;
}

// The rate of the next weights, which thereby count; 1 for the first.
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
