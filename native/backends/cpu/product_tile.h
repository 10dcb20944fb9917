// The innermost loop of a matrix product: a tile of c stays in registers while k runs.
#pragma once

#include <cstdint>

#include "core/float_lanes.h"

namespace thalweg {
inline namespace THALWEG_LANES {

// Most rows of a tile of 1, 2, 4 and 8 vectors, so that the tile, a row of b and an element of a
// fit the registers.
#if defined(__AVX512F__)
inline constexpr int kMostRows[4] = {14, 14, 6, 3};
#elif defined(__AVX2__)
inline constexpr int kMostRows[4] = {12, 6, 3, 1};
#elif defined(__aarch64__)
inline constexpr int kMostRows[4] = {14, 12, 6, 2};
#else
inline constexpr int kMostRows[4] = {4, 2, 1, 1};
#endif
inline constexpr int kLogWidths = 4;

// The way in which a tile reads a: its rows lie apart, or next to each other.
enum class Access { kRows, kColumns };

struct TileWork {
  const float* a;
  int64_t a_step;  // between rows, or between steps of k
  const float* b;
  int64_t b_step;  // between steps of k
  float* c;
  int64_t c_step;     // between rows
  int64_t depth;      // steps of k
  int last;           // columns in the last vector, in [1, kFloats]
  bool continues;     // the chains go on from c
  bool adds;          // c gets the sum of itself and the chain
  const float* bias;  // for the tile's first column, or null
  bool relu;          // applied last
};

// The sums of a tile of kRows by kVectors vectors.
template <int kRows, int kVectors, bool kPartial>
struct Tile {
  const TileWork& work;
  Floats sum[kRows][kVectors];

  THALWEG_INLINE Floats get(const float* from, int v) const {
    if (kPartial && v == kVectors - 1) return load_first(from + v * kFloats, work.last);
    return load(from + v * kFloats);
  }
  template <class Body>
  THALWEG_INLINE void for_each(Body body) {
    THALWEG_UNROLL
    for (int r = 0; r < kRows; ++r) {
      THALWEG_UNROLL
      for (int v = 0; v < kVectors; ++v) body(r, v, sum[r][v]);
    }
  }
  THALWEG_INLINE Floats c(int r, int v) const { return get(work.c + r * work.c_step, v); }

  THALWEG_INLINE void begin() {
    for_each([&](int, int, Floats& s) { s = Floats{}; });
    if (work.continues) for_each([&](int r, int v, Floats& s) { s = c(r, v); });
  }
  // Adds the products of one step of k: factor(r) is the element of a in row r.
  template <class Factor>
  THALWEG_INLINE void multiply(const float* b, Factor factor) {
    constexpr int kAhead = 6;  // steps of k
    Floats row[kVectors];
    THALWEG_UNROLL
    for (int v = 0; v < kVectors; ++v) row[v] = get(b, v);
    THALWEG_UNROLL
    for (int v = 0; v < kVectors; v += 64 / kVectorBytes)
      __builtin_prefetch(b + kAhead * work.b_step + v * kFloats);
    THALWEG_UNROLL
    for (int r = 0; r < kRows; ++r) {
      const Floats a = broadcast(factor(r));
      THALWEG_UNROLL
      for (int v = 0; v < kVectors; ++v) sum[r][v] = multiply_add(a, row[v], sum[r][v]);
    }
  }
  THALWEG_INLINE void end() {
    if (work.adds) for_each([&](int r, int v, Floats& s) { s = c(r, v) + s; });
    if (work.bias != nullptr) for_each([&](int, int v, Floats& s) { s = s + get(work.bias, v); });
    if (work.relu) for_each([](int, int, Floats& s) { s = s <= Floats{} ? Floats{} : s; });
    for_each([&](int r, int v, Floats& s) {
      float* to = work.c + r * work.c_step + v * kFloats;
      if (kPartial && v == kVectors - 1) return store_first(to, s, work.last);
      store(to, s);
    });
  }
};

template <int kRows, int kVectors, Access kAccess, bool kPartial>
void run_tile(const TileWork& work) {
  Tile<kRows, kVectors, kPartial> tile{work, {}};
  tile.begin();
  const float* b = work.b;
  if constexpr (kAccess == Access::kColumns) {
    const float* a = work.a;
    for (int64_t k = 0; k < work.depth; ++k, a += work.a_step, b += work.b_step)
      tile.multiply(b, [&](int r) { return a[r]; });
  } else {
    // Three rows share a pointer. Otherwise g++ keeps a pointer for each row and runs out of
    // registers; the empty assembly keeps it from splitting the pointers again.
    constexpr int kGroups = (kRows + 2) / 3;
    const float* group[kGroups];
    THALWEG_UNROLL
    for (int g = 0; g < kGroups; ++g) group[g] = work.a + 3 * g * work.a_step;
    for (int64_t k = 0; k < work.depth; ++k, b += work.b_step) {
      tile.multiply(b, [&](int r) { return group[r / 3][r % 3 * work.a_step]; });
      THALWEG_UNROLL
      for (int g = 0; g < kGroups; ++g) {
        ++group[g];
        asm("" : "+r"(group[g]));
      }
    }
  }
  tile.end();
}

using TileFunction = void (*)(const TileWork&);

// Every tile, by the logarithm of its vectors and by its rows.
struct Tiles {
  TileFunction at[kLogWidths][16][2][2];  // [log of vectors][rows][access][partial]
};

template <int kLogWidth, int kRows>
constexpr void list_tiles(Tiles& tiles) {
  if constexpr (kRows <= kMostRows[kLogWidth]) {
    constexpr int kVectors = 1 << kLogWidth;
    auto& at = tiles.at[kLogWidth][kRows];
    at[0][0] = &run_tile<kRows, kVectors, Access::kRows, false>;
    at[0][1] = &run_tile<kRows, kVectors, Access::kRows, true>;
    at[1][0] = &run_tile<kRows, kVectors, Access::kColumns, false>;
    at[1][1] = &run_tile<kRows, kVectors, Access::kColumns, true>;
    list_tiles<kLogWidth, kRows + 1>(tiles);
  }
}
constexpr Tiles all_tiles() {
  Tiles tiles{};
  list_tiles<0, 1>(tiles);
  list_tiles<1, 1>(tiles);
  list_tiles<2, 1>(tiles);
  list_tiles<3, 1>(tiles);
  return tiles;
}
inline constexpr Tiles kTiles = all_tiles();

}  // namespace THALWEG_LANES
}  // namespace thalweg
