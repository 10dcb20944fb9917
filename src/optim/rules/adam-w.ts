/** AdamW. */
import { type AdamOptions, adamRule, adamSpecs } from './adam.js';
import { define } from '../define.js';

/** Options of {@link adamW}; `weightDecay` defaults to 0.01. */
export type AdamWOptions = AdamOptions;

/**
 * AdamW (Loshchilov and Hutter 2019): the step of {@link adam}, and w −= ηλw. The default of η is 0.001,
 * that of λ is 0.01.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 */
export const adamW = define<AdamWOptions>({
  kind: 'adamW',
  learningRate: 0.001,
  weightDecay: 0.01,
  options: adamSpecs,
  rule: adamRule,
});
