/** From members' outputs to one prediction: by probability, by logit, by vote or by mean. */
import { ThalwegError } from '../errors.js';
import type { Loss } from '../loss/loss.js';
import { checkOneOf } from '../options.js';

/**
 * How predictions become one. `'probability'`: the mean of the members' probabilities. `'logit'`: the
 * probabilities of their mean logits. `'vote'`: the share of the members that decide so. `'mean'`: the
 * mean of their outputs, for regressions.
 */
export type Combine = 'probability' | 'logit' | 'vote' | 'mean';

/** What a loss says about outputs: rows of logits, single logits, or plain numbers. */
export type OutputKind = 'classes' | 'bits' | 'numbers';

/** What outputs are that were trained with the loss. */
export function outputKindOf(loss: Loss): OutputKind {
  if (loss.kind === 'softmaxCrossEntropy') return 'classes';
  return loss.kind === 'sigmoidCrossEntropy' ? 'bits' : 'numbers';
}

/** The way to combine, which must suit the kind of outputs; by default `'probability'`, or `'mean'`. */
export function checkCombine(path: string, combine: unknown, outputKind: OutputKind): Combine {
  const fitting: readonly Combine[] =
    outputKind === 'numbers' ? ['mean'] : ['probability', 'logit', 'vote'];
  return checkOneOf(path, combine ?? fitting[0], fitting);
}

/** Index of the largest of `width` values from `first` on; the first of equals. */
function largestAt(values: ArrayLike<number>, first: number, width: number): number {
  let best = 0;
  for (let i = 1; i < width; i++) if (values[first + i]! > values[first + best]!) best = i;
  return best;
}

function softmax(values: Float64Array, width: number): void {
  for (let first = 0; first < values.length; first += width) {
    const row = values.subarray(first, first + width);
    const top = row[largestAt(row, 0, width)]!;
    let sum = 0;
    for (let i = 0; i < width; i++) sum += row[i] = Math.exp(row[i]! - top);
    for (let i = 0; i < width; i++) row[i]! /= sum;
  }
}

/** Logits become probabilities, in place. */
function activate(values: Float64Array, width: number, outputKind: OutputKind): Float64Array {
  if (outputKind === 'classes') softmax(values, width);
  else for (let i = 0; i < values.length; i++) values[i] = 1 / (1 + Math.exp(-values[i]!));
  return values;
}

/** Decisions: 1 for the class with the largest logit (the first of equals), or for a logit above 0. */
function decide(logits: ArrayLike<number>, width: number, outputKind: OutputKind): Float64Array {
  if (outputKind === 'bits') return Float64Array.from(logits, (logit) => Number(logit > 0));
  const votes = new Float64Array(logits.length);
  for (let first = 0; first < logits.length; first += width)
    votes[first + largestAt(logits, first, width)] = 1;
  return votes;
}

/** What one member adds to the sum, [rows, width]. */
export function contribution(
  outputs: Float32Array,
  width: number,
  outputKind: OutputKind,
  combine: Combine,
): Float64Array {
  if (combine === 'vote') return decide(outputs, width, outputKind);
  const values = Float64Array.from(outputs);
  return combine === 'probability' ? activate(values, width, outputKind) : values;
}

/** The prediction from the weighted sum of contributions: probabilities, shares or numbers. */
export function finish(
  sum: Float64Array,
  total: number,
  width: number,
  outputKind: OutputKind,
  combine: Combine,
): Float64Array {
  const mean = sum.map((value) => value / total);
  return combine === 'logit' ? activate(mean, width, outputKind) : mean;
}

/** Decisions in a prediction: a class a row, or 0 and 1 a number. */
export function decisions(
  prediction: ArrayLike<number>,
  width: number,
  outputKind: OutputKind,
): Uint32Array {
  if (outputKind === 'classes')
    return Uint32Array.from({ length: prediction.length / width }, (_, row) =>
      largestAt(prediction, row * width, width),
    );
  if (outputKind === 'bits') return Uint32Array.from(prediction, (share) => Number(share > 0.5));
  throw new ThalwegError({
    code: 'UNSUPPORTED',
    path: 'ensemble',
    received: 'a regression',
    expected: 'members that decide between classes',
  });
}
