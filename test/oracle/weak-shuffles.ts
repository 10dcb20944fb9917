/** Shuffles that the statistics must reject. */
import { lab } from '../lab.js';
import { type Shuffle, ordered } from './shuffle-trials.js';

/** Evaluates the index cipher at any length and even number of rounds. */
export function enciphered(length: number, rounds: number): Shuffle {
  const values = new Float64Array(length);
  return (out, seed, epoch) => {
    lab.cipherIndices({ length, seed, epoch, rounds }, 0, values);
    out.set(values);
  };
}

/** Hashes 32 bits (murmur3's finaliser). */
function hash(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/**
 * Shuffles 2^16 rows by a balanced Feistel network with exclusive or, as common index shuffles do.
 * Each round is strong and there are many, but it gives even permutations only.
 */
export const xorFeistel: Shuffle = (out, seed, epoch) => {
  const keys = Array.from({ length: 12 }, (_, i) => hash(hash(hash(Number(seed)) + epoch) + i));
  for (let i = 0; i < 2 ** 16; ++i) {
    let [left, right] = [i >> 8, i & 255];
    for (const key of keys) [left, right] = [right, left ^ (hash(right + key) & 255)];
    out[i] = left * 256 + right;
  }
};

/** Shuffles well, but only within windows, as a shuffle buffer does. */
export function windowed(length: number, window: number): Shuffle {
  return (out, seed, epoch) => {
    for (let first = 0; first < length; first += window) {
      const part = out.subarray(first, Math.min(first + window, length));
      ordered(part.length)(part, seed + BigInt(first), epoch);
      for (let i = 0; i < part.length; ++i) part[i]! += first;
    }
  };
}

/** Keys orders by seed + epoch. */
export function addedKeys(length: number): Shuffle {
  const shuffle = ordered(length);
  return (out, seed, epoch) => {
    shuffle(out, seed + BigInt(epoch), 0);
  };
}
