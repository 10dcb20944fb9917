/** An embedding, whose inputs are whole numbers of 64 bits in ONNX. */
import type { EmbeddingLayer } from '../../../nn/embedding.js';
import { defineEmitter } from '../emitter.js';

defineEmitter<EmbeddingLayer>(
  'embedding',
  ['count', 'units'],
  ({ layer, placed, name, graph, values }, input) => {
    const table = graph.floats(`${name}.weight`, [layer.count, layer.units], values('weight'));
    const inputs = [table, input.name];
    const output = graph.node('Gather', { inputs, attributes: { axis: 0 } });
    return { name: output, shape: placed.outputShape, isFirst: false };
  },
);
