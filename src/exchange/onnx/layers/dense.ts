/** A dense layer as a general matrix product. */
import type { DenseLayer } from '../../../nn/dense.js';
import { defineEmitter, refuseLayer } from '../emitter.js';
import { emitFused } from './activation.js';

defineEmitter<DenseLayer>(
  'dense',
  ['units', 'activation', 'useBias'],
  ({ layer, placed, name, graph, values }, input) => {
    const { inputShape } = placed;
    if (inputShape.length !== 1)
      refuseLayer(
        name,
        `examples of shape [${inputShape.join(', ')}]`,
        'examples of one dimension',
      );
    const [inputs, outputs] = [inputShape[0]!, layer.units];
    const read = [input.name, graph.floats(`${name}.weight`, [inputs, outputs], values('weight'))];
    if (layer.useBias) read.push(graph.floats(`${name}.bias`, [outputs], values('bias')));
    const output = graph.node('Gemm', { inputs: read });
    const value = { name: output, shape: placed.outputShape, isFirst: false };
    return emitFused(graph, value, layer.activation);
  },
);
