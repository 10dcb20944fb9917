/** A trainer, and a predictor of its model. */
import { Predictor, nn, optim } from '../../src/index.js';
import { checkPredictor } from '../../src/model/predictor-options.js';
import { Predictor as PredictorOf } from '../../src/model/predictor.js';

export const loss = 'meanSquaredError';

export const optimizer = optim.sgd();

/** Returns a predictor that puts its two inputs out. */
export function mirror(
  loss: 'softmaxCrossEntropy' | 'sigmoidCrossEntropy' | 'huber',
  options: Parameters<typeof checkPredictor>[0] = {},
  names?: readonly string[],
): Predictor {
  const network = nn.sequential({ input: [2] }, nn.flatten());
  const task = { kind: loss, delta: 1 } as const;
  const from = { model: network, loss: task, classes: names, arrays: {} };
  return new PredictorOf(from, checkPredictor(options));
}
