// Decides which buffer holds which value of a forward pass, as few as possible. A value gives its
// buffer back after the last layer that reads it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "layers/layer.h"

namespace thalweg {

struct ValueSlots {
  std::vector<int> of;          // the slot of each value; value 0 is the network's input
  std::vector<int64_t> widths;  // numbers per row of each slot
};

inline ValueSlots plan_values(const Layers& layers) {
  constexpr size_t kNever = 0;
  std::vector<size_t> last_read(layers.size() + 1, kNever);  // counted from 1
  for (size_t i = 0; i < layers.size(); ++i)
    for (const int64_t value : layers[i]->from()) last_read[value] = i + 1;
  ValueSlots slots;
  std::vector<int> free;
  const auto take = [&](int64_t width) {
    if (free.empty()) {
      slots.widths.push_back(width);
      slots.of.push_back(static_cast<int>(slots.widths.size()) - 1);
      return;
    }
    slots.of.push_back(free.back());  // the latest is the likeliest in a cache
    free.pop_back();
    slots.widths[slots.of.back()] = std::max(slots.widths[slots.of.back()], width);
  };
  take(layers.front()->inputs());
  for (size_t i = 0; i < layers.size(); ++i) {
    take(layers[i]->outputs());
    std::vector<int64_t> read = layers[i]->from();
    std::sort(read.begin(), read.end());
    read.erase(std::unique(read.begin(), read.end()), read.end());
    for (const int64_t value : read)
      if (last_read[value] == i + 1) free.push_back(slots.of[value]);
  }
  return slots;
}

}  // namespace thalweg
