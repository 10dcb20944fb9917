import { expect, it } from 'vitest';
import { optim } from '../../src/index.js';

// The test has a file of its own, because it needs 8.6 GB for some seconds.
it('more than 2³² bytes', () => {
  const length = 2 ** 30 + 5;
  const weight = new Float32Array(length);
  const gradient = new Float32Array(length);
  gradient[length - 1] = 1;
  gradient[2 ** 30] = 2;
  using stepper = optim.bind(optim.sgd({ learningRate: 1 }), { weight }, { reportNorm: true });
  expect(stepper.step({ weight: gradient }).gradientNorm).toBe(Math.sqrt(5));
  expect([weight[length - 1], weight[2 ** 30], weight[0]]).toEqual([-1, -2, 0]);
});
