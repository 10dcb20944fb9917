/** Activations of TensorFlow.js. */
import { type Activation, type ActivationLayer, fusedSlope } from '../../nn/activation.js';
import { refuseLayer } from '../registry.js';
import { defineEmitter } from './emitter.js';
import type { Topology, Value } from './topology.js';

/** The names of activations without a parameter. */
const names: Partial<Record<Activation | 'softmax', string>> = {
  relu: 'relu',
  sigmoid: 'sigmoid',
  tanh: 'tanh',
  selu: 'selu',
  softplus: 'softplus',
  silu: 'swish',
  mish: 'mish',
  gelu: 'gelu',
  softmax: 'softmax',
};

/** Adds an activation as a layer of its own. */
export function emitActivation(
  topology: Topology,
  activation: Activation | 'softmax',
  { name, slope = 0 }: { readonly name: string; readonly slope?: number },
  input: Value,
): Value {
  const from = [input.name];
  if (activation === 'none') return input;
  if (activation === 'elu' && slope !== 1)
    refuseLayer(name, `an elu with alpha ${slope}`, 'alpha 1, as TensorFlow.js has it');
  if (activation === 'elu' || activation === 'leakyRelu') {
    const className = activation === 'elu' ? 'ELU' : 'LeakyReLU';
    return { ...input, name: topology.layer(className, name, { config: { alpha: slope }, from }) };
  }
  const known = names[activation];
  if (known === undefined)
    refuseLayer(
      name,
      `the activation ${activation}`,
      `one of ${Object.keys(names).join(', ')}, elu, leakyRelu`,
    );
  return {
    ...input,
    name: topology.layer('Activation', name, { config: { activation: known }, from }),
  };
}

/** Adds the activation that a layer has fused. */
export function emitFused(
  topology: Topology,
  activation: Exclude<Activation, 'geluTanh'>,
  name: string,
  input: Value,
): Value {
  return emitActivation(
    topology,
    activation,
    { name: `${name}.${activation}`, slope: fusedSlope(activation) },
    input,
  );
}

defineEmitter<ActivationLayer>(
  'activation',
  ['activation', 'slope'],
  ({ layer, name, topology }, input) =>
    emitActivation(topology, layer.activation, { name, slope: layer.slope }, input),
);
