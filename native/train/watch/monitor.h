// Measures gradients, weights and updates at one step in so many, and finds dead units: those that
// were 0 for every row. It only reads. Norms are summed in double, in an order that depends on the
// lengths alone.
#pragma once

#include <cstdint>
#include <vector>

#include "core/memory.h"

namespace thalweg {

// Says where a step's numbers lie.
struct MonitorView {
  struct Tensor {
    const float* parameter;
    const float* gradient;
    int64_t length;
  };
  // The outputs [rows, units] of a layer whose units die where they are 0 for all rows. Other
  // layers have null.
  struct Units {
    const float* outputs;
    int64_t units;
  };
  std::vector<Tensor> tensors;
  std::vector<Units> layers;
  int64_t rows = 0;
  Memory* memory = nullptr;  // the device's memory; null where the host reads in place
};

class Monitor {
 public:
  // Observes the steps whose number `every` divides. Where an epoch continues after an
  // interruption, `alive` is what alive() gave then.
  explicit Monitor(int64_t every, const std::vector<uint8_t>& alive = {});

  bool observes(int64_t step) const { return step % every_ == 0; }
  // These calls surround the update of a step.
  void before(const MonitorView& view);
  void after(const MonitorView& view, int64_t step);
  // Returns what was seen since the last call, one row per step. A row holds the step and, for each
  // tensor, the squared norms of gradient, new weights and update. Then it holds, for each layer,
  // the share of units that were 0 for all rows so far, or NaN.
  std::vector<double> take();
  // Returns one bit per unit of the layers whose units may die, the lowest bit first. It is 1 where
  // the unit was not 0 for some row so far.
  std::vector<uint8_t> alive() const;

 private:
  const float* here(const MonitorView& view, const float* data, int64_t length);
  void see_units(const MonitorView& view);

  int64_t every_;
  std::vector<std::vector<float>> old_;  // parameters before the update
  std::vector<char> alive_;              // one per unit, layer after layer
  std::vector<float> copy_;              // a copy of a device's array
  std::vector<double> gradients_;        // squared norms
  std::vector<double> rows_;
};

}  // namespace thalweg
