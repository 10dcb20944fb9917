/** Forward passes and losses in float64, as plain loops; gradients by central differences. */
import type { Layer } from '../../src/nn/layer.js';
import type { Sequential } from '../../src/nn/sequential.js';

type Vector = number[];

const erf = (x: number): number => {
  // Abramowitz and Stegun 7.1.5, the series: exact enough in float64 for |x| < 6.
  let term = x;
  let sum = x;
  for (let n = 1; n < 200; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return Math.abs(x) > 5 ? Math.sign(x) : (2 / Math.sqrt(Math.PI)) * sum;
};
const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

export const activations: Readonly<Record<string, (x: number, slope: number) => number>> = {
  none: (x) => x,
  relu: (x) => Math.max(x, 0),
  leakyRelu: (x, slope) => (x > 0 ? x : slope * x),
  sigmoid: logistic,
  tanh: Math.tanh,
  gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  geluTanh: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
};

function softmax(x: Vector): Vector {
  const highest = Math.max(...x);
  const powers = x.map((value) => Math.exp(value - highest));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

type Parameters = Readonly<Record<string, ArrayLike<number>>>;

function applyLayer(
  name: string,
  layer: Layer & Record<string, unknown>,
  x: Vector,
  p: Parameters,
): Vector {
  if (layer.kind === 'softmax') return softmax(x);
  if (layer.kind === 'dropout') return x;
  const activation = activations[(layer['activation'] as string | undefined) ?? 'none']!;
  if (layer.kind === 'activation') return x.map((v) => activation(v, layer['slope'] as number));
  const units = layer['units'] as number;
  const weight = p[`${name}.weight`]!;
  const bias = p[`${name}.bias`];
  return Array.from({ length: units }, (_, j) => {
    const sum = x.reduce((total, value, i) => total + value * weight[i * units + j]!, 0);
    return activation(sum + (bias?.[j] ?? 0), 0.01);
  });
}

/** Outputs of one row. */
export function forward(model: Sequential, parameters: Parameters, row: Vector): Vector {
  return model.layers.reduce(
    (x, { name, layer }) =>
      applyLayer(name, layer as Layer & Record<string, unknown>, x, parameters),
    row,
  );
}

export const losses: Readonly<Record<string, (x: Vector, label: Vector, delta: number) => number>> =
  {
    softmaxCrossEntropy: (x, label) => {
      const p = softmax(x);
      return -label.reduce((sum, value, i) => sum + (value ? value * Math.log(p[i]!) : 0), 0);
    },
    sigmoidCrossEntropy: (x, label) =>
      x.reduce((sum, v, i) => {
        const p = logistic(v);
        return sum - label[i]! * Math.log(p) - (1 - label[i]!) * Math.log(1 - p);
      }, 0) / x.length,
    meanSquaredError: (x, label) =>
      x.reduce((sum, v, i) => sum + (v - label[i]!) ** 2, 0) / x.length,
    huber: (x, label, delta) =>
      x.reduce((sum, v, i) => {
        const d = Math.abs(v - label[i]!);
        return sum + (d <= delta ? 0.5 * d * d : delta * (d - 0.5 * delta));
      }, 0) / x.length,
  };

/** Mean loss over rows. */
export function meanLoss(
  model: Sequential,
  parameters: Parameters,
  rows: readonly Vector[],
  labels: readonly Vector[],
  loss: { kind: string; delta: number },
): number {
  const sum = rows.reduce(
    (total, row, i) =>
      total + losses[loss.kind]!(forward(model, parameters, row), labels[i]!, loss.delta),
    0,
  );
  return sum / rows.length;
}

/** Central differences of `f` with respect to each element of each array. */
export function differences(
  parameters: Readonly<Record<string, Float64Array>>,
  f: (parameters: Parameters) => number,
): Record<string, Float64Array> {
  const h = 1e-5;
  return Object.fromEntries(
    Object.entries(parameters).map(([name, array]) => [
      name,
      array.map((value, i) => {
        array[i] = value + h;
        const above = f(parameters);
        array[i] = value - h;
        const below = f(parameters);
        array[i] = value;
        return (above - below) / (2 * h);
      }),
    ]),
  );
}
