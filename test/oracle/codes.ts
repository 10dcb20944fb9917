/** Numbers of native enumerations: ops/activation.h and ops/loss.h. */
export const activationCodes = {
  relu: 1,
  leakyRelu: 2,
  sigmoid: 3,
  tanh: 4,
  gelu: 5,
  geluTanh: 6,
} as const;

export const lossCodes = {
  softmaxCrossEntropy: 0,
  sigmoidCrossEntropy: 1,
  meanSquaredError: 2,
  huber: 3,
} as const;
