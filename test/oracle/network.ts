/**
 * Computes forward passes and losses in float64, as plain loops, and gradients by central
 * differences.
 */
import type { Layer, PlacedLayer } from '../../src/nn/layer.js';
import type { Sequential } from '../../src/nn/sequential.js';
import { channelwise, convolved, pooled, upsampled } from './pictures.js';

type Vector = number[];

const erf = (x: number): number => {
  // The series of Abramowitz and Stegun 7.1.5 is exact enough in float64 for |x| < 6.
  let term = x;
  let sum = x;
  for (let n = 1; n < 200; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return Math.abs(x) > 5 ? Math.sign(x) : (2 / Math.sqrt(Math.PI)) * sum;
};
const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

export const activations: Readonly<Record<string, (x: number, slope: number) => number>> = {
  none: (x) => x,
  relu: (x) => Math.max(x, 0),
  leakyRelu: (x, slope) => (x > 0 ? x : slope * x),
  sigmoid: logistic,
  tanh: Math.tanh,
  gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  silu: (x) => x * logistic(x),
  elu: (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x)),
  selu: (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x)),
  softplus,
  hardSwish: (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6,
  mish: (x) => x * Math.tanh(softplus(x)),
  geluTanh: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
};

function softmax(x: Vector): Vector {
  const highest = Math.max(...x);
  const powers = x.map((value) => Math.exp(value - highest));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

type Parameters = Readonly<Record<string, ArrayLike<number>>>;

type Described = Layer & Record<string, unknown>;

function mean(values: Vector): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
function variance(values: Vector): number {
  return mean(values.map((value) => (value - mean(values)) ** 2));
}
function normalise(values: Vector, center: number, spread: number, epsilon: number): Vector {
  return values.map((value) => (value - center) / Math.sqrt(spread + epsilon));
}

const normKinds = ['batchNorm', 'layerNorm', 'rmsNorm', 'groupNorm'] as const;
type NormKind = (typeof normKinds)[number];
type GroupNorm = { readonly groups: number; readonly epsilon: number };

/** Rows of positions of so many channels, each group by its own moments; a row a position. */
function groupNormalised(
  rows: readonly Vector[],
  channels: number,
  { groups, epsilon }: GroupNorm,
): Vector[] {
  const groupOf = (i: number): number => Math.floor(((i % channels) * groups) / channels);
  return rows.flatMap((row) => {
    const own = Array.from({ length: groups }, (_, g) => row.filter((_, i) => groupOf(i) === g));
    const all = row.map((value, i) => {
      const values = own[groupOf(i)]!;
      return (value - mean(values)) / Math.sqrt(variance(values) + epsilon);
    });
    return Array.from({ length: row.length / channels }, (_, i) =>
      all.slice(i * channels, (i + 1) * channels),
    );
  });
}

/** Rows cut into rows of their last dimension, with γ and β, and put together again. */
function norm(
  { name, layer, inputShape }: PlacedLayer,
  rows: readonly Vector[],
  p: Parameters,
  training: boolean,
): Vector[] {
  const columns = inputShape.at(-1)!;
  const { epsilon } = layer as unknown as { epsilon: number };
  const cut = rows.flatMap((row) =>
    Array.from({ length: row.length / columns }, (_, i) =>
      row.slice(i * columns, (i + 1) * columns),
    ),
  );
  const transposed = (matrix: readonly Vector[]): Vector[] =>
    matrix[0]!.map((_, j) => matrix.map((row) => row[j]!));
  const own = (values: Vector): Vector =>
    normalise(values, mean(values), variance(values), epsilon);
  const running = (values: Vector, j: number): Vector =>
    normalise(values, p[`${name}.mean`]![j]!, p[`${name}.variance`]![j]!, epsilon);
  const meanSquare = (values: Vector): number => mean(values.map((value) => value ** 2));
  const normalised = {
    layerNorm: () => cut.map(own),
    batchNorm: () => transposed(transposed(cut).map(training ? own : running)),
    rmsNorm: () => cut.map((values) => normalise(values, 0, meanSquare(values), epsilon)),
    groupNorm: () => groupNormalised(rows, columns, layer as unknown as GroupNorm),
  }[layer.kind as NormKind]();
  const scaled = normalised.map((row) =>
    row.map((v, j) => v * (p[`${name}.scale`]?.[j] ?? 1) + (p[`${name}.offset`]?.[j] ?? 0)),
  );
  const each = rows[0]!.length / columns;
  return rows.map((_, i) => scaled.slice(i * each, (i + 1) * each).flat());
}

/** Cuts x into rows of the last dimension. */
function positionsOf(x: Vector, columns: number): Vector[] {
  return Array.from({ length: x.length / columns }, (_, i) =>
    x.slice(i * columns, (i + 1) * columns),
  );
}

function applyToRow({ name, layer: given, inputShape }: PlacedLayer, x: Vector, p: Parameters) {
  const layer = given as Described;
  const positions = positionsOf(x, inputShape.at(-1)!);
  if (layer.kind === 'softmax') return positions.flatMap(softmax);
  if (['dropout', 'flatten', 'reshape'].includes(layer.kind)) return x;
  if (layer.kind === 'embedding') {
    const width = layer['units'] as number;
    return x.flatMap((row) => [
      ...Array.from(p[`${name}.weight`]!).slice(row * width, (row + 1) * width),
    ]);
  }
  const activation = activations[(layer['activation'] as string | undefined) ?? 'none']!;
  if (layer.kind === 'activation') return x.map((v) => activation(v, layer['slope'] as number));
  const units = layer['units'] as number;
  const weight = p[`${name}.weight`]!;
  const bias = p[`${name}.bias`];
  return positions.flatMap((row) =>
    Array.from({ length: units }, (_, j) => {
      const sum = row.reduce((total, value, i) => total + value * weight[i * units + j]!, 0);
      return activation(sum + (bias?.[j] ?? 0), layer['activation'] === 'elu' ? 1 : 0.01);
    }),
  );
}

/** Returns the outputs of a layer of pictures or series, and undefined for other layers. */
function applyToPicture(placed: PlacedLayer, x: Vector, p: Parameters): Vector | undefined {
  const { name, layer } = placed;
  if (/^maxPool/.test(layer.kind)) return pooled(placed, x, 'max');
  if (/^averagePool/.test(layer.kind)) return pooled(placed, x, 'average');
  if (layer.kind === 'globalAveragePool') return channelwise(placed, x, 'average');
  if (layer.kind === 'globalMaxPool') return channelwise(placed, x, 'max');
  if (layer.kind === 'upsample') return upsampled(placed, x);
  if (!/^(conv|depthwise)/.test(layer.kind)) return undefined;
  const { activation } = layer as unknown as { activation: string };
  const sums = convolved(placed, x, p[`${name}.weight`]!, p[`${name}.bias`]);
  return sums.map((sum) => activations[activation]!(sum, activation === 'elu' ? 1 : 0.01));
}

/** Computes layers in sequence; the names of their parameters begin with `prefix`. */
function applyAll(
  layers: readonly PlacedLayer[],
  prefix: string,
  rows: readonly Vector[],
  p: Parameters,
  training: boolean,
): Vector[] {
  return layers.reduce<Vector[]>(
    (x, placed) => {
      const { layer } = placed;
      const name = prefix + placed.name;
      if (placed.layers !== undefined) {
        const isBeside = (inner: PlacedLayer): boolean => inner.name.startsWith('shortcut.');
        const run = (beside: boolean): Vector[] => {
          const branch = placed.layers!.filter((inner) => isBeside(inner) === beside);
          return applyAll(branch, `${name}.`, x, p, training);
        };
        const [body, shortcut] = [run(false), run(true)];
        return body.map((row, i) => row.map((value, j) => value + shortcut[i]![j]!));
      }
      if ((normKinds as readonly string[]).includes(layer.kind))
        return norm({ ...placed, name }, x, p, training);
      return x.map(
        (row) =>
          applyToPicture({ ...placed, name }, row, p) ?? applyToRow({ ...placed, name }, row, p),
      );
    },
    [...rows],
  );
}

/**
 * Returns the outputs of a batch of rows. `parameters` also holds the running statistics; with
 * `training`, batch norm uses the batch's.
 */
export function forwardBatch(
  model: Pick<Sequential, 'layers'>,
  parameters: Parameters,
  rows: readonly Vector[],
  training = false,
): Vector[] {
  return applyAll(model.layers, '', rows, parameters, training);
}

/** Returns the outputs of one row. */
export function forward(model: Sequential, parameters: Parameters, row: Vector): Vector {
  return forwardBatch(model, parameters, [row])[0]!;
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

/** Returns the mean loss over rows. */
export function meanLoss(
  model: Sequential,
  parameters: Parameters,
  rows: readonly Vector[],
  labels: readonly Vector[],
  loss: { kind: string; delta: number },
  training = false,
): number {
  const outputs = forwardBatch(model, parameters, rows, training);
  return mean(outputs.map((x, i) => losses[loss.kind]!(x, labels[i]!, loss.delta)));
}

/** Returns central differences of `f` with respect to each element of each array. */
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
