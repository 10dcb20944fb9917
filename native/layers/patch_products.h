// The matrix products of a convolution, a few pictures at a time (docs/decisions/0020).
#pragma once

#include <algorithm>
#include <cstdint>

#include "backends/backend.h"
#include "ops/window.h"

namespace thalweg {

class PatchProducts {
 public:
  // Throws OVERFLOW unless the patches of a picture are at most 2^53 numbers.
  PatchProducts(const Window& window, int64_t filters);

  // The numbers of a patch, and those of the patches of up to so many pictures that are in memory.
  int64_t patch_length() const { return window_.taps() * window_.channels; }
  int64_t workspace(int64_t pictures) const {
    return pictures_at_once(pictures) * window_.positions() * patch_length();
  }
  int64_t pictures_at_once(int64_t pictures) const { return std::min(pictures, group_); }

  // Calls body(first, count) on groups of pictures.
  template <class Body>
  void for_each_group(int64_t pictures, Body body) const {
    for (int64_t first = 0; first < pictures; first += group_)
      body(first, std::min(group_, pictures - first));
  }

  // Computes y [count * positions, filters] of a group of pictures. The caller sets weight, bias,
  // y, before, activation and slope. `patches` is memory for the group's patches.
  void forward(Backend& backend, const float* x, int64_t count, float* patches,
               DenseForward op) const;
  // Computes the gradients of a group of pictures. The caller sets weight, dy, dweight and adds; dx
  // may be null. The gradient of the patches overwrites the patches.
  void backward(Backend& backend, const float* x, int64_t count, float* patches, DenseBackward op,
                float* dx) const;

 private:
  void make_patches(Backend& backend, const float* x, int64_t count, float* patches) const;

  Window window_;
  int64_t filters_;
  int64_t group_;  // pictures at a time
};

}  // namespace thalweg
