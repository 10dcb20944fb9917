// Tables of functions that are compiled once per instruction set. A folder lists its functions of
// this kind in lanes.def. Its lanes.h makes a struct of the list, and its lanes_table.cc fills one
// struct in the namespace of each set.
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

// Initialises an array of pointers to the tables, indexed by Isa. A set that was not compiled has
// null.
#if defined(THALWEG_LANES_AVX512)
#define THALWEG_LANE_TABLES(table) \
  { &baseline::table, &avx2::table, &avx512::table }
#else
#define THALWEG_LANE_TABLES(table) \
  { &baseline::table, nullptr, nullptr }
#endif
