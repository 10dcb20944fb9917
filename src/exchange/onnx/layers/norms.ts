/** Normalisations. Those that ONNX has no operator for are written as their formulas. */
import type { BatchNormLayer } from '../../../nn/batch-norm.js';
import type { GroupNormLayer } from '../../../nn/group-norm.js';
import type { LayerNormLayer } from '../../../nn/layer-norm.js';
import { elements } from '../../../nn/layer.js';
import type { RmsNormLayer } from '../../../nn/rms-norm.js';
import { type Site, defineEmitter } from '../emitter.js';
import type { Graph, Value } from '../graph.js';

type NormLayer = BatchNormLayer | GroupNormLayer | LayerNormLayer;

/** Returns the name of γ or β; a constant takes the place of one that the layer does not have. */
function factorOf(site: Site<NormLayer>, part: 'scale' | 'offset'): string {
  const { layer, name, graph, placed, values } = site;
  const columns = placed.inputShape.at(-1)!;
  if (part === 'scale' ? layer.scale : layer.center)
    return graph.floats(`${name}.${part}`, [columns], values(part));
  const value = part === 'scale' ? 1 : 0;
  return graph.floats(
    `${columns} times ${value}`,
    [columns],
    new Float32Array(columns).fill(value),
  );
}

/** Multiplies by γ and adds β along the last dimension, where the layer has them. */
function applyFactors(site: Site<GroupNormLayer>, x: string): string {
  const { layer, graph } = site;
  const scaled = layer.scale ? graph.node('Mul', { inputs: [x, factorOf(site, 'scale')] }) : x;
  return layer.center ? graph.node('Add', { inputs: [scaled, factorOf(site, 'offset')] }) : scaled;
}

defineEmitter<BatchNormLayer>(
  'batchNorm',
  ['momentum', 'epsilon', 'scale', 'center', 'variance'],
  (site, input) => {
    const { layer, placed, name, graph, values } = site;
    const columns = placed.inputShape.at(-1)!;
    const moments = ['mean', 'variance'].map((each) =>
      graph.floats(`${name}.${each}`, [columns], values(each)),
    );
    // The operator normalises the second dimension, which holds a picture's channels where they are first.
    const isRow = input.shape.length === 1;
    const x = isRow ? input : input.shape.length === 3 ? graph.first(input) : rowsOf(graph, input);
    const output = graph.node('BatchNormalization', {
      inputs: [x.name, factorOf(site, 'scale'), factorOf(site, 'offset'), ...moments],
      attributes: { epsilon: { float: layer.epsilon } },
    });
    const value = { ...x, name: output };
    return isRow || x.isFirst ? value : fromRows(graph, output, input.shape);
  },
);

/** Returns rows of features, of which an example may have several. */
function rowsOf(graph: Graph, value: Value): Value {
  const columns = value.shape.at(-1)!;
  const inputs = [graph.last(value).name, graph.integers([-1, columns])];
  return { name: graph.node('Reshape', { inputs }), shape: [columns], isFirst: false };
}

/** Makes examples of a shape out of their rows of features. */
function fromRows(graph: Graph, rows: string, shape: readonly number[]): Value {
  const inputs = [rows, graph.integers([-1, ...shape])];
  return { name: graph.node('Reshape', { inputs }), shape, isFirst: false };
}

defineEmitter<LayerNormLayer>('layerNorm', ['epsilon', 'scale', 'center'], (site, input) => {
  const { layer, graph } = site;
  const x = graph.last(input);
  const name = graph.node('LayerNormalization', {
    inputs: [x.name, factorOf(site, 'scale'), factorOf(site, 'offset')],
    attributes: { axis: -1, epsilon: { float: layer.epsilon } },
  });
  return { ...x, name };
});

/** Returns x / √(mean(x²) + ε), with the mean over some axes. */
function overRoot(graph: Graph, x: string, axes: readonly number[], epsilon: number): string {
  const square = graph.node('Mul', { inputs: [x, x] });
  const mean = graph.node('ReduceMean', { inputs: [square], attributes: { axes, keepdims: 1 } });
  const sum = graph.node('Add', { inputs: [mean, graph.scalar(epsilon)] });
  return graph.node('Div', { inputs: [x, graph.node('Sqrt', { inputs: [sum] })] });
}

defineEmitter<RmsNormLayer>(
  'rmsNorm',
  ['epsilon', 'scale'],
  ({ layer, placed, name, graph, values }, input) => {
    const x = graph.last(input);
    const normalised = overRoot(graph, x.name, [-1], layer.epsilon);
    if (!layer.scale) return { ...x, name: normalised };
    const scale = graph.floats(`${name}.scale`, [placed.inputShape.at(-1)!], values('scale'));
    return { ...x, name: graph.node('Mul', { inputs: [normalised, scale] }) };
  },
);

defineEmitter<GroupNormLayer>(
  'groupNorm',
  ['groups', 'epsilon', 'scale', 'center'],
  (site, input) => {
    const { layer, placed, graph } = site;
    const channels = placed.inputShape.at(-1)!;
    const positions = elements(placed.inputShape) / channels;
    const groups = graph.reshape(input, [positions, layer.groups, channels / layer.groups]);
    const axes = [1, 3];
    const mean = graph.node('ReduceMean', {
      inputs: [groups.name],
      attributes: { axes, keepdims: 1 },
    });
    const centered = graph.node('Sub', { inputs: [groups.name, mean] });
    const normalised = overRoot(graph, centered, axes, layer.epsilon);
    const back = graph.reshape({ ...groups, name: normalised }, placed.outputShape);
    return { ...back, name: applyFactors(site, back.name) };
  },
);
