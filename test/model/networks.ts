/** Random networks of every kind of layer, with nested residual blocks and odd shapes, and random weights. */
import { nn } from '../../src/index.js';
import { activationNames } from '../../src/nn/activation.js';
import type { Layer } from '../../src/nn/layer.js';
import { elements } from '../../src/nn/layer.js';
import type { Sequential } from '../../src/nn/sequential.js';
import { floats } from '../oracle/random.js';

type Random = () => number;
type Shape = readonly number[];
/** Makes a layer that fits examples of a shape; undefined where none of its kind does. */
type Make = (random: Random, shape: Shape) => Layer | undefined;

const pick = <T>(random: Random, list: readonly T[]): T =>
  list[Math.floor(random() * list.length)]!;
const upTo = (random: Random, most: number): number => 1 + Math.floor(random() * most);
const coin = (random: Random): boolean => random() < 0.5;
const isPicture = (shape: Shape): boolean => shape.length === 3;

function window(random: Random, shape: Shape) {
  const kernel = [upTo(random, Math.min(3, shape[0]!)), upTo(random, Math.min(3, shape[1]!))];
  const stride = coin(random) ? 1 : ([upTo(random, 2), upTo(random, 3)] as const);
  return { kernel: kernel as unknown as readonly [number, number], stride };
}

const padding = (random: Random, [height, width]: readonly [number, number]) =>
  pick(random, ['valid', 'same', [height - 1, width - 1] as const] as const);

const conv2d: Make = (random, shape) => {
  if (!isPicture(shape)) return undefined;
  const { kernel, stride } = window(random, shape);
  const fits = shape[0]! >= 5 && shape[1]! >= 5;
  const groups = pick(random, [1, shape[2]!, shape[2]! % 2 === 0 ? 2 : 1]);
  return nn.conv2d(groups * upTo(random, 5), {
    groups,
    kernel,
    stride,
    padding: padding(random, kernel),
    dilation: fits && coin(random) ? 2 : 1,
    useBias: coin(random),
    ...(coin(random) && { activation: pick(random, activationNames) }),
  });
};

const pool =
  (make: typeof nn.maxPool2d | typeof nn.averagePool2d): Make =>
  (random, shape) => {
    if (!isPicture(shape)) return undefined;
    const { kernel, stride } = window(random, shape);
    return make({ kernel, stride, padding: padding(random, kernel) });
  };

const conv1d: Make = (random, shape) => {
  if (shape.length !== 2) return undefined;
  const kernel = upTo(random, Math.min(3, shape[0]!));
  const groups = pick(random, [1, shape[1]!]);
  return nn.conv1d(groups * upTo(random, 4), {
    groups,
    kernel,
    stride: upTo(random, 2),
    padding: pick(random, ['valid', 'same', 'causal', kernel - 1] as const),
    useBias: coin(random),
    ...(coin(random) && { activation: pick(random, activationNames) }),
  });
};

const pool1d =
  (make: typeof nn.maxPool1d | typeof nn.averagePool1d): Make =>
  (random, shape) => {
    if (shape.length !== 2) return undefined;
    const kernel = upTo(random, Math.min(3, shape[0]!));
    const padding = pick(random, ['valid', 'same', kernel - 1] as const);
    return make({ kernel, stride: upTo(random, 3), padding });
  };

const norm = (random: Random) => ({
  epsilon: pick(random, [1e-5, 1e-3]),
  scale: coin(random),
  center: coin(random),
});

const wide = (shape: Shape): boolean => shape.at(-1)! > 1;

/** Every kind of layer but residual blocks and embeddings. */
export const kinds: Readonly<Record<string, Make>> = {
  dense: (random) =>
    nn.dense(upTo(random, 9), {
      useBias: coin(random),
      ...(coin(random) && { activation: pick(random, activationNames) }),
    }),
  conv2d,
  conv1d,
  depthwiseConv2d: (random, shape) => {
    if (!isPicture(shape)) return undefined;
    const { kernel, stride } = window(random, shape);
    const depthMultiplier = upTo(random, 2);
    const border = padding(random, kernel);
    return nn.depthwiseConv2d({ kernel, stride, padding: border, depthMultiplier });
  },
  maxPool2d: pool(nn.maxPool2d),
  averagePool2d: pool(nn.averagePool2d),
  maxPool1d: pool1d(nn.maxPool1d),
  averagePool1d: pool1d(nn.averagePool1d),
  globalAveragePool: (_, shape) => (shape.length > 1 ? nn.globalAveragePool() : undefined),
  globalMaxPool: (_, shape) => (shape.length > 1 ? nn.globalMaxPool() : undefined),
  upsample: (random, shape) => {
    if (shape.length === 1 || elements(shape) > 500) return undefined;
    const size = upTo(random, 2);
    return nn.upsample({ size: isPicture(shape) ? [size, upTo(random, 3)] : size });
  },
  batchNorm: (random) => nn.batchNorm(norm(random)),
  layerNorm: (random, shape) => (wide(shape) ? nn.layerNorm(norm(random)) : undefined),
  rmsNorm: (random, shape) => (wide(shape) ? nn.rmsNorm({ scale: coin(random) }) : undefined),
  groupNorm: (random, shape) => {
    const channels = shape.at(-1)!;
    const groups = upTo(random, channels);
    const fits = channels % groups === 0 && elements(shape) > groups;
    return fits ? nn.groupNorm(groups, norm(random)) : undefined;
  },
  dropout: () => nn.dropout(0.5),
  flatten: () => nn.flatten(),
  reshape: (_, shape) => {
    if (isPicture(shape)) return nn.reshape([shape[1]!, shape[0]! * shape[2]!]);
    const length = elements(shape);
    const height = [4, 3, 2, 1].find((each) => length % each === 0)!;
    return nn.reshape([height, 1, length / height]);
  },
  softmax: (_, shape) => (wide(shape) ? nn.softmax() : undefined),
  activation: (random) => {
    const name = pick(random, [...activationNames, 'geluTanh'] as const);
    if (name === 'geluTanh') return nn.gelu({ approximate: 'tanh' });
    if (name === 'leakyRelu') return nn.leakyRelu({ slope: 0.2 });
    if (name === 'elu') return nn.elu({ alpha: 0.7 });
    return nn[name]();
  },
};

/** Returns the shape of one example after the layers. */
const after = (shape: Shape, layers: readonly Layer[]): Shape =>
  nn.sequential({ input: shape }, ...layers).outputShape;

/** Returns a block that adds its input again, or a projection of it. */
function residual(random: Random, shape: Shape, depth: number, keeps = false): Layer {
  const same = (): Layer[] => [
    ...(isPicture(shape)
      ? [nn.conv2d(shape[2]!, { kernel: 3, padding: 'same' })]
      : shape.length === 1
        ? [nn.dense(shape[0]!)]
        : []),
    nn.batchNorm(),
    ...(depth > 0 && coin(random) ? [residual(random, shape, depth - 1, true)] : []),
    nn.tanh(),
  ];
  if (keeps || coin(random) || shape.length === 2) return nn.residual(same());
  const channels = upTo(random, 4);
  const project = (kernel: number): Layer =>
    isPicture(shape)
      ? nn.conv2d(channels, { kernel, padding: 'same', stride: 2 })
      : nn.dense(channels);
  return nn.residual([...same(), project(3)], { shortcut: project(1) });
}

/** Returns a random network whose examples have the given shape; a shape of one index is an embedding's. */
export function randomNetwork(random: Random): Sequential {
  const layers: Layer[] = [];
  let input: Shape = pick(random, [
    [upTo(random, 9)],
    [2 + upTo(random, 7), 2 + upTo(random, 7), upTo(random, 3)],
    [upTo(random, 4), 1 + upTo(random, 5)],
  ]);
  if (random() < 0.15) {
    input = [upTo(random, 3)];
    layers.push(nn.embedding(11, 1 + upTo(random, 5)));
  }
  const names = Object.keys(kinds);
  const count = upTo(random, 8);
  while (layers.length < count) {
    const shape = after(input, layers.length === 0 ? [nn.dropout(0)] : layers);
    const layer =
      random() < 0.2 ? residual(random, shape, 2) : kinds[pick(random, names)]!(random, shape);
    if (layer !== undefined) layers.push(layer);
  }
  return nn.sequential({ input }, ...layers);
}

/** Returns rows of inputs: small numbers, or indices of an embedding. */
export function inputsFor(random: Random, model: Sequential, rows: number): Float32Array {
  const length = rows * elements(model.input);
  const isTable = model.layers[0]!.layer.kind === 'embedding';
  return isTable
    ? Float32Array.from({ length }, () => Math.floor(random() * 11))
    : floats(random, length, 0.5);
}

/** Returns random parameters and statistics, as training could leave them. */
export function randomWeights(random: Random, model: Sequential): Record<string, Float32Array> {
  const entries = [...model.parameters, ...model.statistics].map(({ name, shape }) => {
    const values = Float32Array.from({ length: elements(shape) }, () => 1.2 * random() - 0.6);
    if (name.endsWith('.variance'))
      values.forEach((value, i) => (values[i] = 0.2 + Math.abs(value)));
    return [name, values] as const;
  });
  return Object.fromEntries(entries);
}
