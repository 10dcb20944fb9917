/** Random numbers of one trial: a hash of the study's seed and the trial's number, and of nothing else. */
import { native } from '../native.js';

/** The use of a stream. These numbers decide the values of all trials, so new ones are appended. */
export const use = { seed: 0, values: 1, scramble: 2, candidates: 3, stage: 4 } as const;

/** The name of a stream. */
interface StreamName {
  /** The seed of the study, in [0, 2^64). */
  readonly seed: bigint;
  /** The number of the trial, from 0. */
  readonly trial: number;
  readonly use: (typeof use)[keyof typeof use];
}

const blockWords = 64;
const wordsOfCounter = 4;

/** Draws from a Philox stream (Salmon et al. 2011). Two objects of one name give the same numbers. */
export class TrialRandom {
  readonly #name: StreamName;
  readonly #words = new Uint32Array(blockWords);
  #next = blockWords;
  #counter = 0;

  constructor(name: StreamName) {
    this.#name = name;
  }

  /** Returns 32 random bits. */
  word(): number {
    if (this.#next === blockWords) {
      const { seed, trial, use } = this.#name;
      native.trialWords(seed, trial, use, this.#counter, this.#words);
      this.#counter += blockWords / wordsOfCounter;
      this.#next = 0;
    }
    return this.#words[this.#next++]!;
  }

  /** Returns a multiple of 2^-53 in [0, 1). */
  uniform(): number {
    const high = this.word() >>> 5;
    return (high * 2 ** 26 + (this.word() >>> 6)) * 2 ** -53;
  }

  /** Returns a normal number of mean 0 and deviation 1 (Box and Muller 1958). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }
}

/** Returns the seed of a trial for its trainer, an integer in [0, 2^53). */
export function seedOf(seed: bigint, trial: number): number {
  return new TrialRandom({ seed, trial, use: use.seed }).uniform() * 2 ** 53;
}
