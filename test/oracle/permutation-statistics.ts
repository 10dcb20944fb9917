/**
 * Statistics of permutations. Each collects any number of permutations of one length, and returns
 * the p-value for independent and uniform ones.
 */
import { chiSquareP, normalP, pearson } from './probability.js';

export type Rows = Uint32Array | Float64Array;

export interface Statistic {
  add(order: Rows): void;
  p(): number;
}

/** Adds up χ² values of single orders. */
function summed(freedom: number, statistic: (order: Rows) => number): Statistic {
  let sum = 0;
  let orders = 0;
  return {
    add: (order) => {
      sum += statistic(order);
      ++orders;
    },
    p: () => chiSquareP(sum, orders * freedom),
  };
}

/**
 * Counts relative orders of each `width` ≤ 7 rows at neighbouring positions, over all `width`!
 * cells, seen or not. They are independent, even within one order.
 */
export function patterns(width: number): Statistic {
  const cells = Array.from({ length: width }, (_, i) => i + 1).reduce((a, b) => a * b, 1);
  const counts = new Uint32Array(cells);
  let total = 0;
  return {
    add: (order) => {
      for (let first = 0; first + width <= order.length; first += width) {
        // The rank is in the factorial number system: it counts the earlier rows that are larger.
        let rank = 0;
        for (let i = 1; i < width; ++i) {
          let larger = 0;
          for (let j = 0; j < i; ++j) larger += order[first + j]! > order[first + i]! ? 1 : 0;
          rank = rank * (i + 1) + larger;
        }
        ++counts[rank]!;
        ++total;
      }
    },
    p: () => chiSquareP(pearson(counts, Array<number>(cells).fill(total / cells)), cells - 1),
  };
}

/** Counts even and odd permutations. */
export function parity(length: number): Statistic {
  const seen = new Uint8Array(length);
  let orders = 0;
  let odd = 0;
  return {
    add: (order) => {
      seen.fill(0);
      let transpositions = length;
      for (let start = 0; start < length; ++start) {
        if (seen[start] === 1) continue;
        --transpositions;
        for (let at = start; seen[at] === 0; at = order[at]!) seen[at] = 1;
      }
      odd += transpositions % 2;
      ++orders;
    },
    p: () => normalP((odd - orders / 2) / Math.sqrt(orders / 4)),
  };
}

/** Returns the share of [0, length), among `bins` about equal ones, that holds each number. */
function shares(length: number, bins: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => Math.floor((i * bins) / length));
}

/** Counts differences of neighbours modulo the length; each of 1 … length - 1 is equally likely. */
export function differences(length: number, bins = 64): Statistic {
  const share = shares(length, bins);
  const expected = new Float64Array(bins);
  for (let difference = 1; difference < length; ++difference) ++expected[share[difference]!]!;
  const counts = new Uint32Array(bins);
  return summed(bins - 1, (order) => {
    counts.fill(0);
    for (let i = 1; i < length; ++i) {
      const difference = order[i]! - order[i - 1]!;
      ++counts[share[difference < 0 ? difference + length : difference]!]!;
    }
    return pearson(counts, expected);
  });
}

/**
 * Counts positions against rows, both cut into `bins` shares; margins are fixed, as in a
 * contingency table.
 */
export function grid(length: number, bins = 16): Statistic {
  const share = shares(length, bins);
  const sizes = new Float64Array(bins);
  for (const bin of share) ++sizes[bin]!;
  const expected = Float64Array.from(
    { length: bins * bins },
    (_, cell) => (sizes[Math.floor(cell / bins)]! * sizes[cell % bins]!) / length,
  );
  const counts = new Uint32Array(bins * bins);
  return summed((bins - 1) ** 2, (order) => {
    counts.fill(0);
    for (let i = 0; i < length; ++i) ++counts[share[i]! * bins + share[order[i]!]!]!;
    // Without replacement, Pearson's sum is larger by length / (length - 1) on average.
    return pearson(counts, expected) * (1 - 1 / length);
  });
}

/**
 * Counts orders with no, one and more rows at their own position; the number is near Poisson(1).
 */
export function fixedPoints(): Statistic {
  const counts = new Uint32Array(3);
  const shares = [1 / Math.E, 1 / Math.E, 1 - 2 / Math.E];
  return {
    add: (order) => {
      let fixed = 0;
      for (let i = 0; i < order.length; ++i) fixed += order[i] === i ? 1 : 0;
      ++counts[Math.min(fixed, 2)]!;
    },
    p: () => {
      const orders = counts.reduce((a, b) => a + b);
      const expected = shares.map((share) => share * orders);
      return chiSquareP(pearson(counts, expected), counts.length - 1);
    },
  };
}

/** Counts ascending runs; their number has mean (n + 1) / 2 and variance (n + 1) / 12. */
export function runs(length: number): Statistic {
  return summed(1, (order) => {
    let count = 1;
    for (let i = 1; i < length; ++i) count += order[i]! < order[i - 1]! ? 1 : 0;
    return (count - (length + 1) / 2) ** 2 / ((length + 1) / 12);
  });
}

/**
 * Measures the circular serial correlation at a lag. Mean and variance are those of Wald and
 * Wolfowitz ("An exact test for randomness in the non-parametric case based on serial correlation",
 * 1943).
 */
export function serialCorrelation(length: number, lag: number): Statistic {
  const centre = (length - 1) / 2;
  const s2 = (length * (length ** 2 - 1)) / 12; // Σ (x - centre)²
  const s4 = (s2 * (3 * length ** 2 - 7)) / 20; // Σ (x - centre)⁴
  const mean = -s2 / (length - 1);
  const variance =
    (s2 ** 2 - s4) / (length - 1) +
    (s2 ** 2 - 2 * s4) / ((length - 1) * (length - 2)) -
    (s2 / (length - 1)) ** 2;
  return summed(1, (order) => {
    let sum = 0;
    for (let i = 0, j = lag; i < length; ++i, j = j + 1 === length ? 0 : j + 1)
      sum += (order[i]! - centre) * (order[j]! - centre);
    return (sum - mean) ** 2 / variance;
  });
}

/** Counts pairs out of order, by merge sort; it overwrites `scratch` and `rows`. */
function inversions(rows: Rows, scratch: Rows): number {
  const { length } = rows;
  let count = 0;
  for (let width = 1; width < length; width *= 2) {
    for (let first = 0; first < length; first += 2 * width) {
      const middle = Math.min(first + width, length);
      const last = Math.min(first + 2 * width, length);
      let left = first;
      let right = middle;
      for (let to = first; to < last; ++to) {
        if (left < middle && (right === last || rows[left]! < rows[right]!)) {
          scratch[to] = rows[left++]!;
        } else {
          count += middle - left;
          scratch[to] = rows[right++]!;
        }
      }
    }
    rows.set(scratch);
  }
  return count;
}

/**
 * Measures the Mallows kernel K = exp(-5 inversions / C(n, 2)) against the identity, over the
 * relative order of the first n = `width` rows. With the exact mean under uniformity, this is the
 * maximum mean discrepancy of Mitchell, Stokes, Frank and Holmes, "Bandwidth-optimal random
 * shuffling for GPUs" (2022). The kernel is right-invariant, so quotients compare pairs of orders.
 */
export function mallows(width: number): Statistic {
  const pairs = (width * (width - 1)) / 2;
  // E exp(-x inversions) follows from the generating function of inversions, Π (1 - q^j) / (j (1 -
  // q)).
  const expectation = (x: number): number => {
    let logarithm = 0;
    for (let j = 1; j <= width; ++j)
      logarithm += Math.log(Math.expm1(-x * j) / (j * Math.expm1(-x)));
    return Math.exp(logarithm);
  };
  const mean = expectation(5 / pairs);
  const variance = expectation(10 / pairs) - mean ** 2;
  const scratch = new Float64Array(width);
  let sum = 0;
  let orders = 0;
  return {
    add: (order) => {
      const rows = Float64Array.from(order.subarray(0, width));
      sum += Math.exp((-5 * inversions(rows, scratch)) / pairs) - mean;
      ++orders;
    },
    p: () => normalP(sum / Math.sqrt(orders * variance)),
  };
}

/**
 * Puts the row of `a` where `b` has its row; uniform if they are independent and one is uniform.
 */
export function quotient(a: Rows, b: Rows, out: Rows): void {
  for (let i = 0; i < a.length; ++i) out[b[i]!] = a[i]!;
}
