/** How fast an average forgets, in three views: β, half-life, and window 1 / (1 − β). */
import { ThalwegError } from '../errors.js';
import { checkNumber, requireOptions } from '../options.js';

/** How fast an average forgets, in one of three views of the same number. */
export type Decay =
  | {
      /** What is left of a weight after one value; in [0, 1). */
      readonly beta: number;
      /** Another view of the same. */
      readonly halfLife?: never;
      /** Another view of the same. */
      readonly window?: never;
    }
  | {
      /** Values after which a weight has halved: ln ½ / ln β; greater than 0. */
      readonly halfLife: number;
      /** Another view of the same. */
      readonly beta?: never;
      /** Another view of the same. */
      readonly window?: never;
    }
  | {
      /** Values that are averaged, about: 1 / (1 − β); at least 1. */
      readonly window: number;
      /** Another view of the same. */
      readonly beta?: never;
      /** Another view of the same. */
      readonly halfLife?: never;
    };

/** β in [0, 1). */
const betaRange = { min: 0, max: 1, openMax: true };

/** The views, as keys of options. */
export const decayKeys = ['beta', 'halfLife', 'window'] as const;

/** β of whichever view `options` has, or a coded error. */
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
 * β of a decay: of a half-life h it is 2^(−1/h), of a window n 1 − 1/n.
 *
 * @throws ThalwegError MISSING, DUPLICATE, RANGE, TYPE, UNKNOWN_OPTION
 */
export function betaOf(decay: Decay): number {
  return checkDecay('decay', requireOptions('decay', decay, decayKeys));
}

/**
 * Values after which a weight has halved: ln ½ / ln β; 0 for β = 0.
 *
 * @param beta in [0, 1)
 * @throws ThalwegError RANGE, TYPE
 */
export function halfLifeOf(beta: number): number {
  checkNumber('beta', beta, betaRange);
  return beta === 0 ? 0 : -Math.LN2 / Math.log(beta);
}

/**
 * Values that are averaged, about: 1 / (1 − β), after which a weight is down to about 1/e.
 *
 * @param beta in [0, 1)
 * @throws ThalwegError RANGE, TYPE
 */
export function windowOf(beta: number): number {
  return 1 / (1 - checkNumber('beta', beta, betaRange));
}

/**
 * Weights of the latest value, the one before it, …: (1 − β) βᵏ. They sum to 1 − β^`count`, which
 * the bias correction divides by.
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
