/** The contract of samplers, which choose the values of each trial. */
import { ThalwegError } from '../errors.js';
import type { AnyValues, Parameter } from './parameters.js';
import type { TrialRecord } from './trial-record.js';

/** The study that a sampler serves. */
export interface SamplerSetting {
  /** The parameters of the space, in its order. */
  readonly parameters: readonly Parameter[];
  /** The seed of the study, in [0, 2^64). */
  readonly seed: bigint;
  /** True where greater values are better. */
  readonly maximize: boolean;
  /** Returns true for values that the study's constraint accepts. */
  readonly accepts: (values: AnyValues) => boolean;
}

/** The values of a trial, and what its stage says. */
export interface Suggestion {
  /** The values of the trial's parameters, by name. */
  readonly values: AnyValues;
  /** The number of the stage, from 0; absent without stages. */
  readonly stage?: number;
  /** The epochs that the trial should train; absent without stages. */
  readonly epochs?: number;
}

/** The part of a sampler that serves one study. */
export interface Proposals {
  /** The number of trials after which there are no others; absent where they never end. */
  readonly length?: number;
  /** Doubts about this sampler for this space. */
  readonly warnings?: readonly string[];
  /** Returns what a report should say of the sampler, one line each. */
  notes?(trials: readonly TrialRecord[]): readonly string[];
  /**
   * Returns the values of a trial; undefined where running trials must end before. It depends on nothing but
   * its arguments and the setting.
   *
   * @param number the number of the trial, from 0
   * @param trials the trials with smaller numbers, and their states now
   */
  propose(number: number, trials: readonly TrialRecord[]): Suggestion | undefined;
}

/** Chooses the values of trials. */
export interface Sampler {
  /** The name, for messages. */
  readonly name: string;
  /** Begins to serve one study. */
  begin(setting: SamplerSetting): Proposals;
}

/** The number of attempts that a constraint may refuse in a row. */
export const mostAttempts = 10_000;

/** Makes the error of a constraint that refuses nearly everything. */
export function refusedByConstraint(points = mostAttempts): ThalwegError {
  return new ThalwegError({
    code: 'RANGE',
    path: 'search.constraint',
    received: `a function that refused ${points} points in a row`,
    expected: 'a function that accepts a good part of the space',
    remedy: 'narrow the ranges instead, or use search.conditional',
  });
}

/** Numbers those points of a sequence that a constraint accepts. */
export class AcceptedPoints {
  readonly #accepted: number[] = [];
  #next = 0;
  readonly #accepts: (point: number) => boolean;
  readonly #length: number;

  /** @param length the number of points of the sequence */
  constructor(accepts: (point: number) => boolean, length: number) {
    this.#accepts = accepts;
    this.#length = length;
  }

  /** Returns the accepted point with this number; undefined where the sequence ends before. */
  at(number: number): number | undefined {
    let refused = 0;
    while (this.#accepted.length <= number && this.#next < this.#length) {
      const point = this.#next++;
      if (this.#accepts(point)) {
        this.#accepted.push(point);
        refused = 0;
      } else if (++refused >= mostAttempts) throw refusedByConstraint();
    }
    return this.#accepted[number];
  }
}
