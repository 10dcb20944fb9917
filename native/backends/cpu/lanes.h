// The table of functions that exist once per instruction set. Each entry takes
// raw pointers and plain structs; callers cut the work into parts and call the
// table from core/threads.h. To add one: declare it here, define it in a .cc of
// sources/lanes.txt inside `namespace thalweg::THALWEG_LANES`, and name it in
// lanes_table.cc.
#pragma once

#include <cstddef>
#include <cstdint>

#include "backends/step_work.h"
#include "core/isa.h"
#include "core/macros.h"

namespace thalweg {

struct Lanes {
  const char* name;
  StepFunction (*step)(int rule, Decay decay);
  SquareSumFunction square_sum;
};

// The table for one instruction set; nullptr where it was not compiled.
const Lanes* lanes_for(Isa isa);
// The table for selected_isa(), resolved once.
const Lanes& lanes();

}  // namespace thalweg
