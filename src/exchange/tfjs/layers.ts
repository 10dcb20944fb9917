/** Dense layers, embeddings, residual blocks, norms, and layers that change the shape. */
import type { BatchNormLayer } from '../../nn/batch-norm.js';
import type { DenseLayer } from '../../nn/dense.js';
import type { DropoutLayer } from '../../nn/dropout.js';
import type { EmbeddingLayer } from '../../nn/embedding.js';
import type { FlattenLayer } from '../../nn/flatten.js';
import type { LayerNormLayer } from '../../nn/layer-norm.js';
import type { ReshapeLayer } from '../../nn/reshape.js';
import type { ResidualLayer } from '../../nn/residual.js';
import type { SoftmaxLayer } from '../../nn/softmax.js';
import { emitActivation, emitFused } from './activation.js';
import { defineEmitter, emitAll } from './emitter.js';
import type { Topology, Value } from './topology.js';

defineEmitter<DenseLayer>('dense', ['units', 'activation', 'useBias'], (site, input) => {
  const { layer, placed, name, topology, tensors } = site;
  const { outputShape } = placed;
  const made = topology.layer('Dense', name, {
    config: { units: layer.units, activation: 'linear', use_bias: layer.useBias },
    from: [input.name],
    tensors: tensors({ weight: 'kernel', bias: 'bias' }),
  });
  return emitFused(topology, layer.activation, name, { name: made, shape: outputShape });
});

defineEmitter<EmbeddingLayer>('embedding', ['count', 'units'], (site, input) => {
  const { layer, placed, name, topology, tensors } = site;
  const made = topology.layer('Embedding', name, {
    config: { input_dim: layer.count, output_dim: layer.units },
    from: [input.name],
    tensors: tensors({ weight: 'embeddings' }),
  });
  return { name: made, shape: placed.outputShape };
});

defineEmitter<BatchNormLayer>(
  'batchNorm',
  ['momentum', 'epsilon', 'scale', 'center', 'variance'],
  ({ layer, name, topology, tensors }, input) => {
    const { epsilon, scale, center, momentum } = layer;
    const names = {
      scale: 'gamma',
      offset: 'beta',
      mean: 'moving_mean',
      variance: 'moving_variance',
    };
    const made = topology.layer('BatchNormalization', name, {
      config: { axis: -1, epsilon, scale, center, momentum },
      from: [input.name],
      tensors: tensors(names),
    });
    return { ...input, name: made };
  },
);

defineEmitter<LayerNormLayer>('layerNorm', ['epsilon', 'scale', 'center'], (site, input) => {
  const { layer, name, topology, tensors } = site;
  const { epsilon, scale, center } = layer;
  const made = topology.layer('LayerNormalization', name, {
    config: { axis: [-1], epsilon, scale, center },
    from: [input.name],
    tensors: tensors({ scale: 'gamma', offset: 'beta' }),
  });
  return { ...input, name: made };
});

/** Gives examples another shape. */
function reshape(topology: Topology, name: string, value: Value, shape: readonly number[]): Value {
  const config = { target_shape: shape };
  return { name: topology.layer('Reshape', name, { config, from: [value.name] }), shape };
}

defineEmitter<FlattenLayer>('flatten', [], ({ placed, name, topology }, input) =>
  reshape(topology, name, input, placed.outputShape),
);
defineEmitter<ReshapeLayer>('reshape', ['shape'], ({ placed, name, topology }, input) =>
  reshape(topology, name, input, placed.outputShape),
);

// Dropout acts in training alone.
defineEmitter<DropoutLayer>('dropout', ['rate'], (_, input) => input);

/** Adds the softmax over the last dimension, which is that of an activation in TensorFlow.js, too. */
export function emitSoftmax(topology: Topology, name: string, input: Value): Value {
  return emitActivation(topology, 'softmax', { name }, input);
}

defineEmitter<SoftmaxLayer>('softmax', [], ({ name, topology }, input) =>
  emitSoftmax(topology, name, input),
);

defineEmitter<ResidualLayer>('residual', ['layers', 'shortcut'], (site, input) => {
  const { layer, placed, name, topology } = site;
  const inner = placed.layers!;
  const body = emitAll(inner.slice(0, layer.layers.length), `${name}.`, site, input);
  const shortcut = emitAll(inner.slice(layer.layers.length), `${name}.`, site, input);
  const from = [body.name, shortcut.name];
  return { ...body, name: topology.layer('Add', name, { from }) };
});
