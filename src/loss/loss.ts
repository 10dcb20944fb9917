/** The names and options of losses; native/ops computes them. */
import { ThalwegError } from '../errors.js';
import { checkNumber, checkOneOf, checkOptions, positive } from '../options.js';

/** The name of a loss. Each loss is a mean, so that its gradient does not grow with the batch. */
export type LossName = 'softmaxCrossEntropy' | 'sigmoidCrossEntropy' | 'meanSquaredError' | 'huber';

/** The description of a loss. `Kind` is its name where the type knows it. */
export interface Loss<Kind extends LossName = LossName> {
  /** The name of the loss. */
  readonly kind: Kind;
  /** The error at which `huber` turns from square to linear; greater than 0. Other losses ignore it. */
  readonly delta: number;
  /** The share of each label that is spread over all; see {@link SmoothingOptions}. Default 0. */
  readonly labelSmoothing?: number;
}

/** Options of the losses of probabilities. */
export interface SmoothingOptions {
  /**
   * A share s in [0, 1), which keeps a model from extreme certainty (Szegedy et al. 2016). A label y becomes
   * (1 − s) y + s / outputs for `softmaxCrossEntropy`, and (1 − s) y + s / 2 for `sigmoidCrossEntropy`. Default 0.
   */
  readonly labelSmoothing?: number;
}

/** The part of a result that a loss with an accuracy has. */
export interface Accurate {
  /** The share of examples whose largest output is at their label, in [0, 1]. */
  readonly accuracy: number;
}

/** The type of the accuracy in results, by the name of the loss. */
export interface AccuracyByLoss {
  /** The accuracy is present. */
  readonly softmaxCrossEntropy: Accurate;
  /** The accuracy is absent. */
  readonly sigmoidCrossEntropy: Partial<Accurate>;
  /** The accuracy is absent. */
  readonly meanSquaredError: Partial<Accurate>;
  /** The accuracy is absent. */
  readonly huber: Partial<Accurate>;
}

/** Every loss. */
export const lossNames: readonly LossName[] = [
  'softmaxCrossEntropy',
  'sigmoidCrossEntropy',
  'meanSquaredError',
  'huber',
];

/**
 * Describes the mean over the batch of −Σ p log softmax(logits). The labels are class indices
 * (Int32Array), or one distribution p for each row (Float32Array). The model ends in logits, without a
 * softmax.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function softmaxCrossEntropy(options: SmoothingOptions = {}): Loss<'softmaxCrossEntropy'> {
  return withSmoothing('softmaxCrossEntropy', options);
}

/**
 * Describes the mean over all outputs of the cross entropy of sigmoid(logit) against labels in [0, 1]
 * (Float32Array, [rows, outputs]), such as the multi-hot labels of rows with several classes. The model ends
 * in logits, without a sigmoid.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function sigmoidCrossEntropy(options: SmoothingOptions = {}): Loss<'sigmoidCrossEntropy'> {
  return withSmoothing('sigmoidCrossEntropy', options);
}

const smoothingRange = { min: 0, max: 1, openMax: true };

/** Returns the description of a loss of probabilities; without smoothing it has no such entry. */
function withSmoothing<L extends LossName>(kind: L, options: SmoothingOptions): Loss<L> {
  const { labelSmoothing: given = 0 } = checkOptions(kind, options, ['labelSmoothing']);
  const labelSmoothing = checkNumber(`${kind}.labelSmoothing`, given, smoothingRange);
  return Object.freeze({ kind, delta: 1, ...(labelSmoothing > 0 && { labelSmoothing }) });
}

/** Describes the mean over all outputs of (y − label)². Labels are a Float32Array [rows, outputs]. */
export function meanSquaredError(): Loss<'meanSquaredError'> {
  return Object.freeze({ kind: 'meanSquaredError', delta: 1 });
}

/**
 * Describes the mean over all outputs of ½ d² where |d| ≤ delta, and of delta (|d| − ½ delta)
 * elsewhere, with d = y − label (Huber 1964). Labels are a Float32Array [rows, outputs].
 *
 * @param options `delta` is greater than 0, by default 1
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function huber(options: { readonly delta?: number } = {}): Loss<'huber'> {
  checkOptions('huber', options, ['delta']);
  const delta = checkNumber('huber.delta', options.delta ?? 1, positive);
  return Object.freeze({ kind: 'huber', delta });
}

/** Returns the description of a loss, which may be given by its name. */
export function toLoss<L extends LossName>(loss: L | Loss<L>): Loss<L> {
  if (typeof loss !== 'object') {
    checkOneOf('loss', loss, lossNames);
    return Object.freeze({ kind: loss, delta: 1 });
  }
  checkOptions('loss', loss, ['kind', 'delta', 'labelSmoothing']);
  checkOneOf('loss.kind', loss.kind, lossNames);
  checkNumber('loss.delta', loss.delta, positive);
  checkSmoothing(loss);
  return loss;
}

/** Throws for the smoothing of a loss whose labels are no probabilities. */
function checkSmoothing({ kind, labelSmoothing = 0 }: Loss): void {
  const path = 'loss.labelSmoothing';
  checkNumber(path, labelSmoothing, smoothingRange);
  if (labelSmoothing > 0 && kind !== 'softmaxCrossEntropy' && kind !== 'sigmoidCrossEntropy')
    throw new ThalwegError({
      code: 'UNSUPPORTED',
      path,
      received: `${labelSmoothing}, for ${kind}`,
      expected: 'softmaxCrossEntropy or sigmoidCrossEntropy, whose labels are probabilities',
    });
}

/** Returns true where the results of a loss have an accuracy. */
export function hasAccuracy(loss: Loss): boolean {
  return loss.kind === 'softmaxCrossEntropy';
}
