/** Operations name an activation by its name, and a loss by its number in ops/loss.h. */
import { layerActivations } from '../../src/nn/activation.js';

type Codes = { readonly [Name in (typeof layerActivations)[number]]: Name };

export const activationCodes = Object.fromEntries(
  layerActivations.map((name) => [name, name]),
) as unknown as Codes;

export const lossCodes = {
  softmaxCrossEntropy: 0,
  sigmoidCrossEntropy: 1,
  meanSquaredError: 2,
  huber: 3,
} as const;
