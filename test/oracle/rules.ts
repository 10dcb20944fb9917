/** Values of hyper-parameters for tests that go through every native rule. */
export const hyperValues: Readonly<Record<string, number>> = {
  learningRate: 0.01,
  momentum: 0.9,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-6,
  decay: 0.9,
  biasCorrection: 1,
  initialAccumulator: 0.1,
  momentumDecay: 0.004,
  trustCoefficient: 0.02,
};
