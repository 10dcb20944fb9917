/** The decay of an exponential average as β, as a half-life, or as a window of 1 / (1 − β) values. */
import { ThalwegError } from '../errors.js';
import { checkNumber, requireOptions } from '../options.js';

/** How fast an average forgets; exactly one of `beta`, `halfLife` and `window` is given. */
export type Decay =
  | {
      /** The factor by which each new value shrinks the weights of earlier ones; in [0, 1). */
      readonly beta: number;
      /** Absent, because `beta` is given. */
      readonly halfLife?: never;
      /** Absent, because `beta` is given. */
      readonly window?: never;
    }
  | {
      /** The number of values after which a weight has halved: ln ½ / ln β; greater than 0. */
      readonly halfLife: number;
      /** Absent, because `halfLife` is given. */
      readonly beta?: never;
      /** Absent, because `halfLife` is given. */
      readonly window?: never;
    }
  | {
      /** The approximate number of values that are averaged: 1 / (1 − β); at least 1. */
      readonly window: number;
      /** Absent, because `window` is given. */
      readonly beta?: never;
      /** Absent, because `window` is given. */
      readonly halfLife?: never;
    };

const betaRange = { min: 0, max: 1, openMax: true };

/** The keys of {@link Decay}. */
export const decayKeys = ['beta', 'halfLife', 'window'] as const;

/** Returns β from the one key of {@link Decay} that `options` has, or throws a coded error. */
export function checkDecay(path: string, options: Readonly<Record<string, unknown>>): number {
  const given = decayKeys.filter((key) => options[key] !== undefined);
  const [key] = given;
  if (given.length !== 1 || key === undefined)
    throw new ThalwegError({
      code: given.length === 0 ? 'MISSING' : 'DUPLICATE',
      path,
      received: given.length === 0 ? 'none' : given.join(' and '),
      expected: 'one of beta, halfLife and window',
    });
  const at = `${path}.${key}`;
  if (key === 'beta') return checkNumber(at, options[key], betaRange);
  if (key === 'window') return 1 - 1 / checkNumber(at, options[key], { min: 1 });
  return 2 ** (-1 / checkNumber(at, options[key], { min: 0, openMin: true }));
}

/**
 * Returns β of a decay: 2^(−1/h) for a half-life h, and 1 − 1/n for a window n.
 *
 * @throws ThalwegError MISSING, DUPLICATE, RANGE, TYPE, UNKNOWN_OPTION
 */
export function betaOf(decay: Decay): number {
  return checkDecay('decay', requireOptions('decay', decay, decayKeys));
}

/**
 * Returns the number of values after which a weight has halved: ln ½ / ln β; 0 for β = 0.
 *
 * @param beta in [0, 1)
 * @throws ThalwegError RANGE, TYPE
 */
export function halfLifeOf(beta: number): number {
  checkNumber('beta', beta, betaRange);
  return beta === 0 ? 0 : -Math.LN2 / Math.log(beta);
}

/**
 * Returns the approximate number of values that are averaged: 1 / (1 − β). After so many values a
 * weight is down to about 1/e.
 *
 * @param beta in [0, 1)
 * @throws ThalwegError RANGE, TYPE
 */
export function windowOf(beta: number): number {
  return 1 / (1 - checkNumber('beta', beta, betaRange));
}

/**
 * Returns the weights of the latest `count` values, the latest first: (1 − β) βᵏ. They sum to
 * 1 − β^`count`, by which the bias correction divides.
 *
 * @param beta in [0, 1)
 * @param count an integer, 0 to 2^24
 * @throws ThalwegError RANGE, TYPE
 */
export function weightsOf(beta: number, count: number): Float64Array {
  checkNumber('beta', beta, betaRange);
  checkNumber('count', count, { min: 0, max: 2 ** 24, integer: true });
  return Float64Array.from({ length: count }, (_, k) => (1 - beta) * beta ** k);
}
