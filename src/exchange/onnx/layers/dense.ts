/** A dense layer as a general matrix product, or a product over the last of several dimensions. */
import type { DenseLayer } from '../../../nn/dense.js';
import { defineEmitter } from '../emitter.js';
import { emitFused } from './activation.js';

defineEmitter<DenseLayer>(
  'dense',
  ['units', 'activation', 'useBias'],
  ({ layer, placed, name, graph, values }, input) => {
    const { inputShape } = placed;
    const shape = [inputShape.at(-1)!, layer.units];
    const read = [graph.last(input).name, graph.floats(`${name}.weight`, shape, values('weight'))];
    const bias = layer.useBias ? [graph.floats(`${name}.bias`, [layer.units], values('bias'))] : [];
    const isFlat = inputShape.length === 1;
    const product = graph.node(isFlat ? 'Gemm' : 'MatMul', {
      inputs: isFlat ? [...read, ...bias] : read,
    });
    const output =
      isFlat || bias.length === 0 ? product : graph.node('Add', { inputs: [product, ...bias] });
    const value = { name: output, shape: placed.outputShape, isFirst: false };
    return emitFused(graph, value, layer.activation);
  },
);
