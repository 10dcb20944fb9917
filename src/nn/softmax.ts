/** Softmax as a layer, for models that end in probabilities. */
import { ThalwegError } from '../errors.js';
import { checkOptions } from '../options.js';
import { defineKind } from './kinds.js';
import { type Layer, sameSize } from './layer.js';
import { checkName } from './name.js';

/** Description of a softmax layer. */
export interface SoftmaxLayer extends Layer {
  /** The kind of layer. */
  readonly kind: 'softmax';
}

/**
 * Computes e^x / Σ e^x over the last dimension of an example. Leave this layer out for the loss
 * `softmaxCrossEntropy`, which takes logits.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION; SHAPE in `nn.sequential` over one number, whose
 * softmax is always 1
 */
export function softmax(options: { readonly name?: string } = {}): SoftmaxLayer {
  checkOptions('softmax', options, ['name']);
  return Object.freeze({ kind: 'softmax', ...checkName('softmax.name', options.name) });
}

declare module './layer.js' {
  interface LayerKinds {
    /** The layer of `nn.softmax`. */
    readonly softmax: SoftmaxLayer;
  }
}

defineKind<SoftmaxLayer>({
  kind: 'softmax',
  check: ({ kind, ...options }) => softmax(options),
  outputShape(_, input, path) {
    if (input.at(-1) === 1)
      throw new ThalwegError({
        code: 'SHAPE',
        path,
        received: `examples of shape [${input.join(', ')}], whose softmax is always 1`,
        expected: 'at least two numbers in the last dimension',
        remedy: 'take nn.sigmoid() for one number',
      });
    return input;
  },
  parameters: () => [],
  lower: (_, input, program, from) =>
    program.add('softmax', sameSize(input, from), { columns: input.at(-1)! }),
});
