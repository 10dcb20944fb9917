// An interval that contains a float32. Rules compute with bounds as they compute with floats. So
// the host knows how a step can change numbers that it does not read.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg::rules {

struct Bound {
  double low, high;

  // NOLINTNEXTLINE(google-explicit-constructor): rules mix bounds with float coefficients.
  Bound(float value) : low(value), high(value) {}
  Bound(double from, double to) : low(from), high(to) {}
  Bound() : Bound(0.0f) {}
  static Bound within(double limit) { return {-limit, limit}; }
  static Bound unknown() { return within(std::numeric_limits<double>::infinity()); }

  // Returns true if every number of the interval is a finite float32.
  bool is_finite() const { return largest() <= std::numeric_limits<float>::max(); }
  double largest() const { return std::max(-low, high); }
  // Returns the least interval that contains both.
  Bound with(Bound other) const { return {std::min(low, other.low), std::max(high, other.high)}; }
};

// Returns the interval of a result: wider by float32's rounding, and unknown if the result may
// overflow or be NaN.
inline Bound rounded(double low, double high) {
  constexpr double kRelative = 0x1p-23, kAbsolute = 0x1p-149;
  Bound wide{low - std::fabs(low) * kRelative - kAbsolute,
             high + std::fabs(high) * kRelative + kAbsolute};
  if (low >= 0) wide.low = std::max(0.0, wide.low);  // rounding changes no sign
  if (high <= 0) wide.high = std::min(0.0, wide.high);
  const bool is_known = wide.low >= -double{std::numeric_limits<float>::max()} &&
                        wide.high <= double{std::numeric_limits<float>::max()};
  return is_known ? wide : Bound::unknown();
}

inline Bound operator+(Bound a, Bound b) { return rounded(a.low + b.low, a.high + b.high); }
inline Bound operator-(Bound a, Bound b) { return rounded(a.low - b.high, a.high - b.low); }
inline Bound operator*(Bound a, Bound b) {
  if (!a.is_finite() || !b.is_finite()) return Bound::unknown();  // 0 times infinity
  const auto [low, high] =
      std::minmax({a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high});
  return rounded(low, high);
}
inline Bound operator/(Bound a, Bound b) {
  const bool has_zero = b.low <= 0 && b.high >= 0;
  if (has_zero || !a.is_finite() || !b.is_finite()) return Bound::unknown();
  const auto [low, high] =
      std::minmax({a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high});
  return rounded(low, high);
}

inline Bound square(Bound x) {
  if (!x.is_finite()) return Bound::unknown();
  return rounded(0, x.largest() * x.largest());
}
// Unknown if a number of the interval is below 0.
inline Bound root(Bound x) {
  if (!(x.low >= 0) || !x.is_finite()) return Bound::unknown();
  return rounded(std::sqrt(x.low), std::sqrt(x.high));
}
inline Bound magnitude(Bound x) {
  return {x.low > 0 ? x.low : std::max(0.0, -x.high), x.largest()};
}
inline Bound larger(Bound a, Bound b) { return {std::max(a.low, b.low), std::max(a.high, b.high)}; }
inline Bound smaller(Bound a, Bound b) {
  return {std::min(a.low, b.low), std::min(a.high, b.high)};
}
inline Bound sign(Bound) { return Bound::within(1); }
inline Bound at_most(Bound x, Bound limit) {
  constexpr double kRoundings = 1 + 0x1p-18;  // the limit itself may be rounded
  if (!x.is_finite() || !limit.is_finite()) return x;
  const double most = limit.high * kRoundings;
  return {std::max(x.low, -most), std::min(x.high, most)};
}

}  // namespace thalweg::rules
