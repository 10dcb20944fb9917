// Tables of functions that are compiled once per instruction set. A folder that has such
// functions lists them in its lanes.def, which its lanes.h makes a struct of, and its
// lanes_table.cc fills once in the namespace of each set.
#pragma once

#include "core/isa.h"

// Declares `table` in the namespace of each instruction set.
#define THALWEG_DECLARE_LANE_TABLES(Table, table) \
  namespace baseline {                            \
  extern const Table table;                       \
  }                                               \
  namespace avx2 {                                \
  extern const Table table;                       \
  }                                               \
  namespace avx512 {                              \
  extern const Table table;                       \
  }

// The initializer of an array that has the table's address by Isa, or null where it was not
// compiled.
#if defined(THALWEG_LANES_AVX512)
#define THALWEG_LANE_TABLES(table) \
  { &baseline::table, &avx2::table, &avx512::table }
#else
#define THALWEG_LANE_TABLES(table) \
  { &baseline::table, nullptr, nullptr }
#endif
