/**
 * Functions to minimise, with their gradients; script/fixtures/torch_lbfgs.py has the same ones.
 */
import type { optim } from '../../src/index.js';

const rosenbrock: optim.ObjectiveFunction = (x, gradient) => {
  let value = 0;
  gradient.fill(0);
  for (let i = 0; i + 1 < x.length; ++i) {
    const bend = x[i + 1]! - x[i]! ** 2;
    value += 100 * bend ** 2 + (1 - x[i]!) ** 2;
    gradient[i]! += -400 * bend * x[i]! - 2 * (1 - x[i]!);
    gradient[i + 1]! += 200 * bend;
  }
  return value;
};

const quadratic: optim.ObjectiveFunction = (x, gradient) => {
  let value = 0;
  for (let i = 0; i < x.length; ++i) {
    const scale = 10 ** ((3 * i) / (x.length - 1));
    const coupling = (x[i - 1] ?? 0) + (x[i + 1] ?? 0);
    value += 0.5 * scale * (x[i]! - 1) ** 2 + 0.25 * x[i]! * (x[i + 1] ?? 0);
    gradient[i] = scale * (x[i]! - 1) + 0.25 * coupling;
  }
  return value;
};

/** Makes two classes that overlap, from sines. */
export function overlapping(count = 40, width = 3): { inputs: number[][]; labels: number[] } {
  const inputs = Array.from({ length: count }, (_, row) =>
    Array.from({ length: width }, (_, column) => {
      const at = row * width + column;
      return Math.sin(at * 1.7) + Math.cos(at * 0.31);
    }),
  );
  const weights = [1, -2, 0.5];
  const labels = inputs.map((row, i) => {
    const score = row.reduce((sum, x, j) => sum + x * weights[j]!, Math.sin(i * 2.3));
    return score > 0 ? 1 : 0;
  });
  return { inputs, labels };
}

const { inputs, labels } = overlapping();

const logistic: optim.ObjectiveFunction = (x, gradient) => {
  let value = 0;
  gradient.fill(0);
  inputs.forEach((row, i) => {
    const logit = row.reduce((sum, input, j) => sum + input * x[j]!, x[3]!);
    value +=
      (Math.max(logit, 0) - logit * labels[i]! + Math.log1p(Math.exp(-Math.abs(logit)))) / 40;
    const error = (1 / (1 + Math.exp(-logit)) - labels[i]!) / 40;
    row.forEach((input, j) => (gradient[j]! += error * input));
    gradient[3]! += error;
  });
  x.forEach((weight, j) => {
    value += 0.005 * weight ** 2;
    gradient[j]! += 0.01 * weight;
  });
  return value;
};

export const objectives: Readonly<Record<string, optim.ObjectiveFunction>> = {
  'rosenbrock 2': rosenbrock,
  'rosenbrock 10': rosenbrock,
  quadratic,
  logistic,
};
