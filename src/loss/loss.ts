/** Losses: names and options; the arithmetic is in native/ops. */
import { checkNumber, checkOneOf, checkOptions, positive } from '../options.js';

/** Losses by name. Each is a mean, so that its gradient does not grow with the batch. */
export type LossName = 'softmaxCrossEntropy' | 'sigmoidCrossEntropy' | 'meanSquaredError' | 'huber';

/** Description of a loss. `Kind` is its name, where the type knows it. */
export interface Loss<Kind extends LossName = LossName> {
  /** Its name. */
  readonly kind: Kind;
  /** Where huber turns from square to linear; greater than 0. Unused elsewhere. */
  readonly delta: number;
}

/** Results of a loss that has an accuracy. */
export interface Accurate {
  /** Share of examples whose largest output is their label. */
  readonly accuracy: number;
}

/** What results say of accuracy, by the name of their loss. */
export interface AccuracyByLoss {
  /** It is there. */
  readonly softmaxCrossEntropy: Accurate;
  /** It is absent. */
  readonly sigmoidCrossEntropy: Partial<Accurate>;
  /** It is absent. */
  readonly meanSquaredError: Partial<Accurate>;
  /** It is absent. */
  readonly huber: Partial<Accurate>;
}

const names: readonly LossName[] = [
  'softmaxCrossEntropy',
  'sigmoidCrossEntropy',
  'meanSquaredError',
  'huber',
];

/**
 * Mean over the batch of −Σ p log softmax(logits), with labels as class indices (Int32Array) or
 * as one distribution a row (Float32Array). The model ends in logits, without a softmax.
 */
export function softmaxCrossEntropy(): Loss<'softmaxCrossEntropy'> {
  return Object.freeze({ kind: 'softmaxCrossEntropy', delta: 1 });
}

/**
 * Mean over all outputs of the cross entropy of sigmoid(logit) against labels in [0, 1]
 * (Float32Array, [rows, outputs]). The model ends in logits, without a sigmoid.
 */
export function sigmoidCrossEntropy(): Loss<'sigmoidCrossEntropy'> {
  return Object.freeze({ kind: 'sigmoidCrossEntropy', delta: 1 });
}

/** Mean over all outputs of (y − label)², labels a Float32Array of [rows, outputs]. */
export function meanSquaredError(): Loss<'meanSquaredError'> {
  return Object.freeze({ kind: 'meanSquaredError', delta: 1 });
}

/**
 * Mean over all outputs of ½ d² for |d| ≤ delta, else delta (|d| − ½ delta), d = y − label (Huber
 * 1964).
 *
 * @param options `delta`: greater than 0. Default 1
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function huber(options: { readonly delta?: number } = {}): Loss<'huber'> {
  checkOptions('huber', options, ['delta']);
  const delta = checkNumber('huber.delta', options.delta ?? 1, positive);
  return Object.freeze({ kind: 'huber', delta });
}

/** A loss from its name or description. */
export function toLoss<L extends LossName>(loss: L | Loss<L>): Loss<L> {
  if (typeof loss !== 'object') {
    checkOneOf('loss', loss, names);
    return Object.freeze({ kind: loss, delta: 1 });
  }
  checkOptions('loss', loss, ['kind', 'delta']);
  checkOneOf('loss.kind', loss.kind, names);
  checkNumber('loss.delta', loss.delta, positive);
  return loss;
}

/** Whether its results have an accuracy. */
export function hasAccuracy(loss: Loss): boolean {
  return loss.kind === 'softmaxCrossEntropy';
}
