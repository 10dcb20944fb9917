/** Spreads trials evenly by a scrambled Sobol sequence. */
import { ThalwegError } from '../../errors.js';
import { checkBoolean, checkOptions } from '../../options.js';
import { valuesAt } from '../coordinates.js';
import { AcceptedPoints, type Proposals, type Sampler, type SamplerSetting } from '../sampler.js';
import { TrialRandom, use } from '../trial-random.js';
import { directions } from './sobol-directions.js';

/** Options of {@link sobol}. */
export interface SobolOptions {
  /**
   * True scrambles the sequence by the study's seed (Owen 1995), so that studies of different seeds differ.
   * False gives the original points, of which the first is 0 in every dimension. Default true.
   */
  readonly scramble?: boolean;
}

const bits = 32;
/** The most parameters, for which there are direction numbers. */
const mostDimensions = directions.length + 1;

/** Returns the 32 direction numbers of a dimension (Bratley and Fox 1988, algorithm 659). */
function directionsOf(dimension: number): Uint32Array {
  const numbers = new Uint32Array(bits);
  if (dimension === 0) return numbers.map((_, i) => 2 ** (bits - 1 - i));
  const [polynomial, ...first] = directions[dimension - 1]! as [number, ...number[]];
  const degree = first.length;
  for (let i = 0; i < bits; i++) {
    if (i < degree) {
      numbers[i] = first[i]! << (bits - 1 - i);
      continue;
    }
    let next = numbers[i - degree]! ^ (numbers[i - degree]! >>> degree);
    for (let k = 1; k < degree; k++) if ((polynomial >> (degree - k)) & 1) next ^= numbers[i - k]!;
    numbers[i] = next;
  }
  return numbers;
}

/** Returns the 32 bits of one coordinate of point `index`, in the order of Antonov and Saleev (1979). */
function sobolBits(numbers: Uint32Array, index: number): number {
  let gray = (index ^ (index >>> 1)) >>> 0;
  let sum = 0;
  for (let i = 0; gray !== 0; i++, gray >>>= 1) if (gray & 1) sum ^= numbers[i]!;
  return sum >>> 0;
}

function reversed(word: number): number {
  let x = word;
  x = ((x >>> 1) & 0x55555555) | ((x & 0x55555555) << 1);
  x = ((x >>> 2) & 0x33333333) | ((x & 0x33333333) << 2);
  x = ((x >>> 4) & 0x0f0f0f0f) | ((x & 0x0f0f0f0f) << 4);
  x = ((x >>> 8) & 0x00ff00ff) | ((x & 0x00ff00ff) << 8);
  return ((x >>> 16) | (x << 16)) >>> 0;
}

/**
 * Scrambles 32 bits so that each bit is flipped by a hash of the bits above it (Laine and Karras 2011;
 * constants of Burley 2020, "Practical hash-based Owen scrambling").
 */
function owenScrambled(word: number, seed: number): number {
  let x = (reversed(word) + seed) >>> 0;
  x ^= Math.imul(x, 0x6c50b47c);
  x ^= Math.imul(x, 0xb82f1e52);
  x ^= Math.imul(x, 0xc7afe638);
  x ^= Math.imul(x, 0x8d22f6e6);
  return reversed(x >>> 0);
}

/** Returns the coordinates of a Sobol sequence, as a function of dimension and point. */
export function sobolSequence(
  dimensions: number,
  seed: bigint | undefined,
): (dimension: number, point: number) => number {
  if (dimensions > mostDimensions)
    throw new ThalwegError({
      code: 'UNSUPPORTED',
      path: 'search.sampler',
      received: `a Sobol sequence of ${dimensions} parameters`,
      expected: `at most ${mostDimensions}`,
      remedy: 'use search.random()',
    });
  const numbers = Array.from({ length: dimensions }, (_, i) => directionsOf(i));
  if (seed === undefined)
    return (dimension, point) => sobolBits(numbers[dimension]!, point) * 2 ** -bits;
  const random = new TrialRandom({ seed, trial: 0, use: use.scramble });
  const keys = numbers.map(() => random.word());
  return (dimension, point) =>
    (owenScrambled(sobolBits(numbers[dimension]!, point), keys[dimension]!) + 0.5) * 2 ** -bits;
}

function begin({ parameters, seed, accepts }: SamplerSetting, scramble: boolean): Proposals {
  const place = sobolSequence(parameters.length, scramble ? seed : undefined);
  const at = (point: number) => valuesAt(parameters, (index) => place(index, point));
  const points = new AcceptedPoints((point) => accepts(at(point)), 2 ** bits);
  return { propose: (number) => ({ values: at(points.at(number)!) }) };
}

/**
 * Makes a sampler that spreads trials evenly over the space, better than random ones and in any number;
 * powers of 2 are best. A trial's values depend only on the study's seed and the trial's number.
 *
 * @throws ThalwegError TYPE, UNKNOWN_OPTION
 */
export function sobol(options: SobolOptions = {}): Sampler {
  checkOptions('sobol', options, ['scramble']);
  const scramble = checkBoolean('sobol.scramble', options.scramble ?? true);
  return { name: 'sobol', begin: (setting) => begin(setting, scramble) };
}
