/** Dropout (Srivastava et al. 2014), scaled during training so that prediction does nothing. */
import { type Range, checkOptions } from '../options.js';
import { type Setting, checkSetting } from '../optim/define.js';
import type { Scheduled } from '../schedule/schedule.js';
import { defineKind } from './kinds.js';
import { type Layer, type Program, sameSize } from './layer.js';
import { checkName } from './name.js';

/** Description of a dropout layer. */
export interface DropoutLayer extends Layer {
  /** The kind of layer. */
  readonly kind: 'dropout';
  /** The probability that an element becomes 0, in [0, 1); may follow a schedule. */
  readonly rate: Scheduled;
}

const rateRange: Range = { min: 0, max: 1, openMax: true };

/**
 * Sets each element to 0 with probability `rate` during training, and scales the other elements by
 * 1 / (1 − rate) (Srivastava et al. 2014). Evaluation and prediction leave all elements as they are. The
 * mask depends on the seed, the step, the layer and the element alone.
 *
 * @param rate the probability of 0, in [0, 1): a number, a schedule, or a function of the steps taken so
 * far, which JSON leaves out
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function dropout(rate: Scheduled, options: { readonly name?: string } = {}): DropoutLayer {
  const checked = checkSetting('dropout.rate', rate, rateRange).value;
  checkOptions('dropout', options, ['name']);
  return Object.freeze({
    ...({ kind: 'dropout', rate: checked } as const),
    ...checkName('dropout.name', options.name),
  });
}

declare module './layer.js' {
  interface LayerKinds {
    /** The layer of `nn.dropout`. */
    readonly dropout: DropoutLayer;
  }
}

defineKind<DropoutLayer>({
  kind: 'dropout',
  check: ({ kind, rate, ...options }) => dropout(rate, options),
  outputShape: (_, input) => input,
  parameters: () => [],
  // The settings of each step hold the rates in the order of the ops.
  lower: ({ rate }, input, program, from) => {
    program.dropoutRates.push({ layer: program.name, rate });
    return program.add('dropout', sameSize(input, from));
  },
});

/** Returns the rates of the model's dropout ops, in their order, as settings of a step. */
export function dropoutSettings({ dropoutRates }: Program): readonly Setting[] {
  return dropoutRates.map(({ layer, rate }) => ({
    path: `${layer}.rate`,
    value: rate,
    range: rateRange,
  }));
}
