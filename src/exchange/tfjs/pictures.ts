/** Convolutions and pools, with channels last as here. */
import type { Conv2dLayer } from '../../nn/conv2d.js';
import type { GlobalAveragePoolLayer, GlobalMaxPoolLayer } from '../../nn/global-pool.js';
import type { AveragePool2dLayer, MaxPool2dLayer } from '../../nn/pool2d.js';
import { refuseLayer } from '../registry.js';
import { emitFused } from './activation.js';
import { type Site, defineEmitter } from './emitter.js';
import type { Value } from './topology.js';

const channelsLast = { data_format: 'channels_last' };

/** Adds a border of zeros, which convolutions of TensorFlow.js do not take as numbers. */
function padded({ layer, name, topology }: Site<Conv2dLayer>, input: Value): Value {
  if (typeof layer.padding === 'string') return input;
  const padding = layer.padding.map((border) => [border, border]);
  const config = { padding, ...channelsLast };
  const parts = { config, from: [input.name] };
  return { ...input, name: topology.layer('ZeroPadding2D', `${name}.border`, parts) };
}

defineEmitter<Conv2dLayer>(
  'conv2d',
  ['filters', 'kernel', 'stride', 'padding', 'dilation', 'groups', 'activation', 'useBias'],
  (site, input) => {
    const { layer, placed, name, topology, tensors } = site;
    const { kernel, stride, padding, dilation } = layer;
    if (layer.groups > 1) refuseLayer(name, `${layer.groups} groups`, 'one group');
    if (Math.max(...stride) > 1 && Math.max(...dilation) > 1)
      refuseLayer(name, 'a stride and a dilation above 1', 'one of both, as in TensorFlow.js');
    const made = topology.layer('Conv2D', name, {
      config: {
        filters: layer.filters,
        kernel_size: kernel,
        strides: stride,
        padding: typeof padding === 'string' ? padding : 'valid',
        dilation_rate: dilation,
        activation: 'linear',
        use_bias: layer.useBias,
        ...channelsLast,
      },
      from: [padded(site, input).name],
      tensors: tensors({ weight: 'kernel', bias: 'bias' }),
    });
    return emitFused(topology, layer.activation, name, { name: made, shape: placed.outputShape });
  },
);

function emitPool(
  className: string,
  { layer, placed, name, topology }: Site<MaxPool2dLayer | AveragePool2dLayer>,
  input: Value,
): Value {
  const { kernel, stride, padding } = layer;
  const hasNumbers = typeof padding !== 'string' && padding.some((border) => border > 0);
  if (hasNumbers)
    refuseLayer(name, 'a border in numbers', "padding 'valid' or 'same', as in TensorFlow.js");
  const config = {
    pool_size: kernel,
    strides: stride,
    padding: padding === 'same' ? 'same' : 'valid',
    ...channelsLast,
  };
  const made = topology.layer(className, name, { config, from: [input.name] });
  return { name: made, shape: placed.outputShape };
}

defineEmitter<MaxPool2dLayer>('maxPool2d', ['kernel', 'stride', 'padding'], (site, input) =>
  emitPool('MaxPooling2D', site, input),
);
defineEmitter<AveragePool2dLayer>('averagePool2d', ['kernel', 'stride', 'padding'], (site, input) =>
  emitPool('AveragePooling2D', site, input),
);

/** Adds the mean or the largest number of each channel of pictures or series. */
function emitGlobal(stem: string, { placed, name, topology }: Site, input: Value): Value {
  const isSeries = placed.inputShape.length === 2;
  const made = topology.layer(`${stem}${isSeries ? 1 : 2}D`, name, {
    config: isSeries ? {} : channelsLast,
    from: [input.name],
  });
  return { name: made, shape: placed.outputShape };
}

defineEmitter<GlobalAveragePoolLayer>('globalAveragePool', [], (site, input) =>
  emitGlobal('GlobalAveragePooling', site, input),
);
defineEmitter<GlobalMaxPoolLayer>('globalMaxPool', [], (site, input) =>
  emitGlobal('GlobalMaxPooling', site, input),
);
