// Writes numbers for errors: with six digits, or as JavaScript writes those that are not finite.
#pragma once

#include <cmath>
#include <cstdio>
#include <string>

namespace thalweg {

inline std::string show_number(double x) {
  if (std::isnan(x)) return "NaN";
  if (std::isinf(x)) return x > 0 ? "Infinity" : "-Infinity";
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", x);
  return text;
}

}  // namespace thalweg
