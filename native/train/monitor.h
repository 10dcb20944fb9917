// Looks at one step in so many: how large gradients, weights and updates are, tensor
// by tensor, and which units no row has moved. Reads only; a step that is looked at
// computes the same bits. Norms are summed in double in an order fixed by the lengths.
#pragma once

#include <cstdint>
#include <vector>

#include "core/memory.h"

namespace thalweg {

// Where a step's numbers lie.
struct MonitorView {
  struct Tensor {
    const float* parameter;
    const float* gradient;
    int64_t length;
  };
  // Outputs [rows, units] of a layer whose units die where they are 0 for all rows;
  // null of other layers.
  struct Units {
    const float* outputs;
    int64_t units;
  };
  std::vector<Tensor> tensors;
  std::vector<Units> layers;
  int64_t rows = 0;
  Memory* memory = nullptr;  // of a device; null where the host reads in place
};

class Monitor {
 public:
  // Looks at the steps whose number `every` divides. `moved`: what moved() gave after the
  // steps before, where the epoch was interrupted.
  explicit Monitor(int64_t every, const std::vector<uint8_t>& moved = {});

  bool looks_at(int64_t step) const { return step % every_ == 0; }
  // Around the update of a step.
  void before(const MonitorView& view);
  void after(const MonitorView& view, int64_t step);
  // What was seen since the last call, a row a step: [step, per tensor the squared
  // norms of gradient, new weights and update, per layer the share of units that were
  // 0 for all rows seen by this monitor; NaN of other layers].
  std::vector<double> take();
  // Which units were above 0 for a row seen so far, a bit each, of all layers whose units
  // may die; the lowest first.
  std::vector<uint8_t> moved() const;

 private:
  const float* here(const MonitorView& view, const float* data, int64_t length);
  void see_units(const MonitorView& view);

  int64_t every_;
  std::vector<std::vector<float>> old_;  // parameters before the update
  std::vector<char> moved_;              // of each unit, layer after layer
  std::vector<float> copy_;              // of a device's array
  std::vector<double> gradients_;        // squared norms
  std::vector<double> rows_;
};

}  // namespace thalweg
