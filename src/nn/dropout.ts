/** Dropout (Srivastava et al. 2014), scaled during training so that prediction does nothing. */
import { checkNumber, checkOptions } from '../options.js';
import { type Layer, type LayerKind, sameSize } from './layer.js';
import { checkName } from './name.js';

/** Description of a dropout layer. */
export interface DropoutLayer extends Layer {
  /** Tells the layers apart. */
  readonly kind: 'dropout';
  /** Probability of 0, in [0, 1). */
  readonly rate: number;
}

/**
 * Sets each element to 0 with probability `rate` while training and scales the rest by
 * 1 / (1 − rate); the identity elsewhere. The mask is counted, not drawn: it depends on the seed,
 * the step, the layer and the element alone (Srivastava et al. 2014).
 *
 * @param rate probability of 0, in [0, 1)
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function dropout(rate: number, options: { readonly name?: string } = {}): DropoutLayer {
  checkNumber('dropout.rate', rate, { min: 0, max: 1, openMax: true });
  checkOptions('dropout', options, ['name']);
  return Object.freeze({ kind: 'dropout', rate, ...checkName('dropout.name', options.name) });
}

/** What {@link dropout} means. */
export const dropoutKind: LayerKind<DropoutLayer> = {
  kind: 'dropout',
  check: ({ kind, rate, ...options }) => dropout(rate, options),
  outputShape: (_, input) => input,
  parameters: () => [],
  lower: ({ rate }, input, program, from) =>
    program.add({ kind: 'dropout', rate, from, ...sameSize(input) }),
};
