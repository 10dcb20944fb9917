/** Statistics of batches drawn without replacement from [0, length). */
import type { Statistic } from './permutation-statistics.js';
import { chiSquareP, hypergeometric, pearson } from './probability.js';

/**
 * Counts the rows of a batch in each tenth of the data; for label-sorted data these are class
 * counts. Their covariance is that of independent draws times (length - batch) / (length - 1).
 */
export function tenths(length: number): Statistic {
  const borders = Array.from({ length: 11 }, (_, i) => Math.ceil((i * length) / 10));
  const shares = borders.slice(1).map((border, i) => (border - borders[i]!) / length);
  const counts = new Uint32Array(10);
  let sum = 0;
  let batches = 0;
  return {
    add: (batch) => {
      counts.fill(0);
      for (const row of batch) ++counts[Math.floor((row * 10) / length)]!;
      const expected = shares.map((share) => share * batch.length);
      sum += (pearson(counts, expected) * (length - 1)) / (length - batch.length);
      ++batches;
    },
    p: () => chiSquareP(sum, 9 * batches),
  };
}

/**
 * Counts how often a batch has 0, 1, 2, … rows of one class: the rows from `first` up to before
 * `last`.
 */
export function classCounts(
  length: number,
  first: number,
  last: number,
  batchSize: number,
): Statistic {
  const counts = new Uint32Array(batchSize + 1);
  return {
    add: (batch) => {
      let count = 0;
      for (const row of batch) count += row >= first && row < last ? 1 : 0;
      ++counts[count]!;
    },
    p: () => {
      const batches = counts.reduce((a, b) => a + b);
      const expected = Array.from(
        counts,
        (_, k) => batches * hypergeometric(k, batchSize, last - first, length),
      );
      const [seen, due] = merge(counts, expected);
      return chiSquareP(pearson(seen, due), due.length - 1);
    },
  };
}

/** Joins neighbouring cells until each expects at least 10, which χ² needs. */
function merge(observed: ArrayLike<number>, expected: readonly number[]): [number[], number[]] {
  const seen = [0];
  const due = [0];
  expected.forEach((value, cell) => {
    seen[seen.length - 1]! += observed[cell]!;
    due[due.length - 1]! += value;
    if (due.at(-1)! < 10) return;
    seen.push(0);
    due.push(0);
  });
  const [lastSeen, lastDue] = [seen.pop()!, due.pop()!];
  seen[seen.length - 1]! += lastSeen;
  due[due.length - 1]! += lastDue;
  return [seen, due];
}
