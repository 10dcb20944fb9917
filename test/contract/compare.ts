/** Runs an op on every device, instruction set and thread count, and compares the bits. */
import { expect } from 'vitest';
import { lab } from '../lab.js';
import { isAvailable } from '../oracle/devices.js';
import { sameBits } from '../oracle/random.js';

export type Fields = Parameters<typeof lab.runOperation>[2];
export type Arrays = Record<string, Float32Array>;

const lanes = ['cpu:baseline', 'cpu:avx2', 'cpu:avx512'].filter(isAvailable);
export const devices = ['cpu', ...lanes, ...['cuda'].filter(isAvailable)];
export const threadCounts = [1, 2, 7];

/**
 * Runs on a copy of the arrays; returns the copy afterwards, and the sums of a loss as one more
 * array.
 */
export function run(device: string, name: string, fields: Fields, arrays: Arrays): Arrays {
  const copies = Object.fromEntries(Object.entries(arrays).map(([key, a]) => [key, a.slice()]));
  const { sum, correct } = lab.runOperation(device, name, { ...fields, ...copies });
  return { ...copies, sums: new Float32Array(Float64Array.of(sum, correct).buffer) };
}

export function withThreads<T>(threads: number, body: () => T): T {
  lab.setThreadCount(threads);
  try {
    return body();
  } finally {
    lab.setThreadCount(0);
  }
}

/** Returns the result, after a check that all of `among` agree in every bit. */
export function agreed(name: string, fields: Fields, arrays: Arrays, among = devices): Arrays {
  const expected = withThreads(1, () => run(among[0]!, name, fields, arrays));
  for (const device of among)
    for (const threads of device === 'cuda' ? [1] : threadCounts) {
      const found = withThreads(threads, () => run(device, name, fields, arrays));
      for (const [key, array] of Object.entries(expected))
        expect(sameBits(found[key]!, array), `${key}: ${device}, ${threads} threads`).toBe(true);
    }
  return expected;
}

/** Shapes of a batch: rows, columns. */
export const shapes = [
  [1, 1],
  [3, 10],
  [128, 10],
  [7, 17],
  [4, 5000],
  [2000, 3],
  [1025, 9],
  [3, 1023],
  [2, 8193],
] as const;
