/** Dropout (Srivastava et al. 2014), scaled during training so that prediction does nothing. */
import { type Range, checkOptions } from '../options.js';
import { type Setting, checkSetting } from '../optim/define.js';
import type { Scheduled } from '../schedule/schedule.js';
import { defineKind } from './kinds.js';
import { type Layer, type Program, sameSize } from './layer.js';
import { checkName } from './name.js';

/** Description of a dropout layer. */
export interface DropoutLayer extends Layer {
  /** Tells the layers apart. */
  readonly kind: 'dropout';
  /** Probability of 0, in [0, 1); may follow a schedule. */
  readonly rate: Scheduled;
}

const rateRange: Range = { min: 0, max: 1, openMax: true };

/**
 * Sets each element to 0 with probability `rate` while training and scales the rest by
 * 1 / (1 − rate); the identity elsewhere. The mask is counted, not drawn: it depends on the seed,
 * the step, the layer and the element alone (Srivastava et al. 2014).
 *
 * @param rate probability of 0, in [0, 1): a number, a schedule, or a function of the steps taken so far,
 * which JSON leaves out
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
  // Each step brings the rates of its own, in the order of the ops.
  lower: ({ rate }, input, program, from) => {
    program.dropoutRates.push({ layer: program.name, rate });
    return program.add('dropout', sameSize(input, from));
  },
});

/** The rates of the model's dropout ops, in their order, for the row of settings. */
export function dropoutSettings({ dropoutRates }: Program): readonly Setting[] {
  return dropoutRates.map(({ layer, rate }) => ({
    path: `${layer}.rate`,
    value: rate,
    range: rateRange,
  }));
}
