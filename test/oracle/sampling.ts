/** Samples by the definitions: chances, keys, and samplers that the tests must reject. */
import { data } from '../../src/index.js';
import { type AliasTable, lab } from '../lab.js';
import type { Rows, Statistic } from './permutation-statistics.js';
import { chiSquareP, pearson } from './probability.js';

/** The table that draws of these weights with replacement read. */
export function aliasTable(weights: readonly number[] | Float64Array): AliasTable {
  return lab.aliasTable(Float64Array.from(weights));
}

/** The chance of each row that an alias table gives. */
export function impliedChances({ chances, aliases }: AliasTable): Float64Array {
  const implied = Float64Array.from(chances);
  aliases.forEach((alias, i) => (implied[alias]! += 1 - chances[i]!));
  return implied.map((mass) => mass / chances.length);
}

/** Returns the rows of one epoch. */
export function epochOf(options: data.ShufflerOptions): Rows {
  const shuffler = new data.Shuffler(options);
  const rows = new Uint32Array(shuffler.positions);
  let at = 0;
  for (const batch of shuffler) {
    rows.set(batch, at);
    at += batch.length;
  }
  return rows;
}

/** Returns the 128 bits of number `index` of a sampling's stream. */
function words(
  { seed, epoch, length }: { seed: bigint; epoch: number; length: number },
  kind: number,
  index: bigint,
): bigint[] {
  const window = BigInt(length) | (BigInt(kind) << 60n);
  return lab.randomWords(seed, 5, BigInt(epoch), window, index).map(BigInt);
}

/** Computes draw number `position` with replacement, by BigInt arithmetic on the table. */
export function drawnRow(
  table: AliasTable,
  name: { seed: bigint; epoch: number },
  position: number,
): number {
  const length = table.chances.length;
  const n = BigInt(length);
  for (let attempt = 0n; ; ++attempt) {
    const [w0, w1, w2, w3] = words({ ...name, length }, 0, BigInt(position) | (attempt << 56n));
    const product = ((w1! << 32n) | w0!) * n;
    if (product % 2n ** 64n < 2n ** 64n % n) continue;
    const row = Number(product >> 64n);
    const share = Number((w3! << 32n) | w2!) / 2 ** 64;
    return share < table.chances[row]! ? row : table.aliases[row]!;
  }
}

/** Returns rows of a positive weight by ascending −ln(u) / w, with the platform's logarithm. */
export function byKeys(
  weights: readonly number[],
  name: { seed: bigint; epoch: number },
): number[] {
  const keys = weights.map((weight, row) => {
    // Words stand in blocks of 16 counters: word w of counter i at 16 w + i.
    const word = (place: number): number => {
      const counter = BigInt(Math.floor(row / 32) * 16 + (place % 16));
      const drawn = words({ ...name, length: weights.length }, 1, counter);
      return Number(drawn[Math.floor(place / 16)]!);
    };
    const u = ((word(row % 32) >>> 6) * 2 ** 26 + (word(32 + (row % 32)) >>> 6) + 0.5) / 2 ** 52;
    return -Math.log(u) / weight;
  });
  const rows = weights.map((_, row) => row).filter((row) => weights[row]! > 0);
  return rows.sort((a, b) => keys[a]! - keys[b]!);
}

/** Compares how often each row, or group of rows, was drawn with its share of the weights. */
export function shares(weights: ArrayLike<number>, group: (row: number) => number): Statistic {
  const due: number[] = [];
  let sum = 0;
  for (let row = 0; row < weights.length; ++row) {
    due[group(row)] = (due[group(row)] ?? 0) + weights[row]!;
    sum += weights[row]!;
  }
  const seen = new Float64Array(due.length);
  let draws = 0;
  return {
    add: (rows) => {
      for (const row of rows) ++seen[group(row)]!;
      draws += rows.length;
    },
    p: () => {
      // A row without a weight must never be drawn.
      if (due.some((mass, i) => mass === 0 && seen[i]! > 0)) return 0;
      const cells = due.flatMap((mass, i) => (mass > 0 ? [i] : []));
      const observed = cells.map((i) => seen[i]!);
      const expected = cells.map((i) => (due[i]! / sum) * draws);
      return chiSquareP(pearson(observed, expected), cells.length - 1);
    },
  };
}

/** Counts pairs of neighbouring draws, which must be independent. */
export function pairs(weights: readonly number[]): Statistic {
  const width = weights.length;
  const sum = weights.reduce((a, b) => a + b);
  const seen = new Float64Array(width * width);
  let count = 0;
  return {
    add: (rows) => {
      for (let i = 0; i + 1 < rows.length; i += 2) ++seen[rows[i]! * width + rows[i + 1]!]!;
      count += Math.floor(rows.length / 2);
    },
    p: () => {
      const expected = Float64Array.from(
        seen,
        (_, i) => ((weights[Math.floor(i / width)]! * weights[i % width]!) / sum ** 2) * count,
      );
      return chiSquareP(pearson(seen, expected), seen.length - 1);
    },
  };
}

/** Returns the chance of one order of drawing without replacement: Π w / (the remaining weight). */
function orderChance(weights: readonly number[], order: readonly number[]): number {
  let left = weights.reduce((a, b) => a + b);
  return order.reduce((chance, row) => {
    const now = chance * (weights[row]! / left);
    left -= weights[row]!;
    return now;
  }, 1);
}

function permutationsOf(rows: readonly number[]): number[][] {
  if (rows.length === 0) return [[]];
  return rows.flatMap((row) =>
    permutationsOf(rows.filter((other) => other !== row)).map((rest) => [row, ...rest]),
  );
}

/** Compares every order of a few weighted rows with its chance. */
export function weightedOrders(weights: readonly number[]): Statistic {
  const all = permutationsOf(weights.map((_, row) => row));
  const cell = new Map(all.map((order, i) => [order.join(), i]));
  const seen = new Float64Array(all.length);
  let orders = 0;
  return {
    add: (rows) => {
      ++seen[cell.get([...rows].join())!]!;
      ++orders;
    },
    p: () => {
      const expected = all.map((order) => orderChance(weights, order) * orders);
      return chiSquareP(pearson(seen, expected), all.length - 1);
    },
  };
}

/** Samplers with a fault that is hard to see. Each fills `rows` from uniform numbers. */
export const weakSamplers = {
  /** Adds weights in float32, as a float tensor does: beyond 2^24 the sums stand still. */
  float32Sums: (weights: ArrayLike<number>) => {
    const sums = new Float32Array(weights.length);
    let sum = 0;
    for (let i = 0; i < weights.length; ++i) sums[i] = sum = Math.fround(sum + weights[i]!);
    return (uniform: () => number, rows: Rows): void => {
      for (let i = 0; i < rows.length; ++i) {
        const at = uniform() * sum;
        let low = 0;
        let high = sums.length - 1;
        while (low < high) {
          const middle = (low + high) >> 1;
          if (sums[middle]! > at) high = middle;
          else low = middle + 1;
        }
        rows[i] = low;
      }
    };
  },
  /** Draws columns of equal weights by 24 bits, as a float32 in [0, 1) has. */
  float32Columns: (length: number) => (uniform: () => number, rows: Rows) => {
    for (let i = 0; i < rows.length; ++i)
      rows[i] = Math.floor((Math.floor(uniform() * 2 ** 24) / 2 ** 24) * length);
  },
  /** Sorts rows by descending u · w: heavier rows come first, but not as often as they should. */
  productKeys: (weights: readonly number[]) => (uniform: () => number, rows: Rows) => {
    const keys = weights.map((weight) => uniform() * weight);
    rows.set(weights.map((_, row) => row).sort((a, b) => keys[b]! - keys[a]!));
  },
};
