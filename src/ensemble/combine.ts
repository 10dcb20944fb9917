/** Combines the outputs of members into one prediction: by probability, logit, vote or mean. */
import { ThalwegError } from '../errors.js';
import type { Loss } from '../loss/loss.js';
import { checkOneOf } from '../options.js';

/**
 * The way to combine predictions. `'probability'` is the mean of the members' probabilities. `'logit'`
 * is the probabilities of their mean logits. `'vote'` is the share of members that decide for a class.
 * `'mean'` is the mean of their outputs, for regressions.
 */
export type Combine = 'probability' | 'logit' | 'vote' | 'mean';

/** The meaning of outputs: logits of classes, a logit for each bit, or plain numbers. */
export type OutputKind = 'classes' | 'bits' | 'numbers';

/** Returns the meaning of outputs that were trained with the loss. */
export function outputKindOf(loss: Loss): OutputKind {
  if (loss.kind === 'softmaxCrossEntropy') return 'classes';
  return loss.kind === 'sigmoidCrossEntropy' ? 'bits' : 'numbers';
}

/** Returns the checked way to combine; by default `'probability'`, or `'mean'` for numbers. */
export function checkCombine(path: string, combine: unknown, outputKind: OutputKind): Combine {
  const fitting: readonly Combine[] =
    outputKind === 'numbers' ? ['mean'] : ['probability', 'logit', 'vote'];
  return checkOneOf(path, combine ?? fitting[0], fitting);
}

/** Returns the index of the largest of `width` values from `first` on; the first among equals. */
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

/** Converts logits to probabilities, in place. */
function activate(values: Float64Array, width: number, outputKind: OutputKind): Float64Array {
  if (outputKind === 'classes') softmax(values, width);
  else for (let i = 0; i < values.length; i++) values[i] = 1 / (1 + Math.exp(-values[i]!));
  return values;
}

/** Returns 1 for each row's largest logit (the first among equals), or for each bit's logit above 0. */
function decide(logits: ArrayLike<number>, width: number, outputKind: OutputKind): Float64Array {
  if (outputKind === 'bits') return Float64Array.from(logits, (logit) => Number(logit > 0));
  const votes = new Float64Array(logits.length);
  for (let first = 0; first < logits.length; first += width)
    votes[first + largestAt(logits, first, width)] = 1;
  return votes;
}

/** Returns what one member adds to the sum of predictions, [rows, width]. */
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

/** Returns the prediction from the weighted sum of contributions; `total` is the sum of weights. */
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

/** Returns the decisions of a prediction: one class for each row, or 0 or 1 for each bit. */
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
