/** Layers that change the shape, or nothing, and softmax, which normalises a whole example. */
import type { DropoutLayer } from '../../../nn/dropout.js';
import type { FlattenLayer } from '../../../nn/flatten.js';
import { elements } from '../../../nn/layer.js';
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

/** Adds the softmax over all numbers of an example. */
export function emitSoftmax(graph: Graph, value: Value): Value {
  const flat = value.shape.length === 1 ? value : graph.reshape(value, [elements(value.shape)]);
  const name = graph.node('Softmax', { inputs: [flat.name], attributes: { axis: -1 } });
  const made = { ...flat, name };
  return value.shape.length === 1 ? made : graph.reshape(made, value.shape);
}

defineEmitter<SoftmaxLayer>('softmax', [], ({ graph }, input) => emitSoftmax(graph, input));
