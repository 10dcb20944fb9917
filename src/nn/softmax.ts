/** Softmax as a layer, for models that end in probabilities. */
import { checkOptions } from '../options.js';
import { type Layer, type LayerKind, sameSize } from './layer.js';
import { checkName } from './name.js';

/** Description of a softmax layer. */
export interface SoftmaxLayer extends Layer {
  /** Tells the layers apart. */
  readonly kind: 'softmax';
}

/**
 * e^x / Σ e^x over the features of an example. The loss `softmaxCrossEntropy` takes logits: leave
 * this layer out there.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function softmax(options: { readonly name?: string } = {}): SoftmaxLayer {
  checkOptions('softmax', options, ['name']);
  return Object.freeze({ kind: 'softmax', ...checkName('softmax.name', options.name) });
}

/** What {@link softmax} means. */
export const softmaxKind: LayerKind<SoftmaxLayer> = {
  kind: 'softmax',
  check: ({ kind, ...options }) => softmax(options),
  outputShape: (_, input) => input,
  parameters: () => [],
  lower: (_, input, program, from) => program.add({ kind: 'softmax', from, ...sameSize(input) }),
};
