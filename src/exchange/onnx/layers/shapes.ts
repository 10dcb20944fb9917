/** Layers that change the shape, or nothing, and softmax, which normalises the last dimension. */
import type { DropoutLayer } from '../../../nn/dropout.js';
import type { FlattenLayer } from '../../../nn/flatten.js';
import type { ReshapeLayer } from '../../../nn/reshape.js';
import type { SoftmaxLayer } from '../../../nn/softmax.js';
import { defineEmitter } from '../emitter.js';
import type { Graph, Value } from '../graph.js';

// Dropout acts in training alone.
defineEmitter<DropoutLayer>('dropout', ['rate'], (_, input) => input);

defineEmitter<FlattenLayer>('flatten', [], ({ placed, graph }, input) =>
  input.shape.length === 1 ? input : graph.reshape(input, placed.outputShape),
);

defineEmitter<ReshapeLayer>('reshape', ['shape'], ({ placed, graph }, input) =>
  graph.reshape(input, placed.outputShape),
);

/** Adds the softmax over the last dimension. */
export function emitSoftmax(graph: Graph, value: Value): Value {
  const attributes = { axis: value.isFirst ? 1 : -1 };
  return { ...value, name: graph.node('Softmax', { inputs: [value.name], attributes }) };
}

defineEmitter<SoftmaxLayer>('softmax', [], ({ graph }, input) => emitSoftmax(graph, input));
