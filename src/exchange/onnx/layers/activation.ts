/** Activations as nodes. Those that operator set 17 lacks are written as their formulas. */
import { type Activation, type ActivationLayer, fusedSlope } from '../../../nn/activation.js';
import { defineEmitter } from '../emitter.js';
import type { Graph, Value } from '../graph.js';

type Write = (graph: Graph, x: string, slope: number) => string;

/** Writes one operator of the same name. */
const operator =
  (
    name: string,
    attributes: (slope: number) => Record<string, { float: number }> = () => ({}),
  ): Write =>
  (graph, x, slope) =>
    graph.node(name, { inputs: [x], attributes: attributes(slope) });

const multiply = (graph: Graph, a: string, b: string): string =>
  graph.node('Mul', { inputs: [a, b] });
const add = (graph: Graph, a: string, b: string): string => graph.node('Add', { inputs: [a, b] });

/** Writes ½ x (1 + y). */
function halfOfSum(graph: Graph, x: string, y: string): string {
  const sum = add(graph, y, graph.scalar(1));
  return multiply(graph, multiply(graph, x, graph.scalar(0.5)), sum);
}

const gelu: Write = (graph, x) => {
  const inputs = [multiply(graph, x, graph.scalar(Math.SQRT1_2))];
  return halfOfSum(graph, x, graph.node('Erf', { inputs }));
};

const geluTanh: Write = (graph, x) => {
  const cube = multiply(graph, multiply(graph, x, x), x);
  const inner = add(graph, x, multiply(graph, cube, graph.scalar(0.044715)));
  const inputs = [multiply(graph, inner, graph.scalar(Math.sqrt(2 / Math.PI)))];
  return halfOfSum(graph, x, graph.node('Tanh', { inputs }));
};

const writes: Readonly<Record<Activation, Write>> = {
  none: (_, x) => x,
  relu: operator('Relu'),
  leakyRelu: operator('LeakyRelu', (slope) => ({ alpha: { float: slope } })),
  sigmoid: operator('Sigmoid'),
  tanh: operator('Tanh'),
  elu: operator('Elu', (slope) => ({ alpha: { float: slope } })),
  selu: operator('Selu'),
  softplus: operator('Softplus'),
  hardSwish: operator('HardSwish'),
  silu: (graph, x) => multiply(graph, x, graph.node('Sigmoid', { inputs: [x] })),
  mish: (graph, x) => {
    const inputs = [graph.node('Softplus', { inputs: [x] })];
    return multiply(graph, x, graph.node('Tanh', { inputs }));
  },
  gelu,
  geluTanh,
};

/** Adds the activation of a layer that has one fused. */
export function emitFused(
  graph: Graph,
  value: Value,
  activation: Exclude<Activation, 'geluTanh'>,
): Value {
  return { ...value, name: writes[activation](graph, value.name, fusedSlope(activation)) };
}

defineEmitter<ActivationLayer>(
  'activation',
  ['activation', 'slope'],
  ({ layer, graph }, input) => ({
    ...input,
    name: writes[layer.activation](graph, input.name, layer.slope),
  }),
);
