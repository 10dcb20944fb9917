/** A convolution, whose kernel has filters and channels first in ONNX. */
import type { Conv2dLayer } from '../../../nn/conv2d.js';
import { defineEmitter } from '../emitter.js';
import { emitFused } from './activation.js';
import { windowAttributes } from './window.js';

/** Turns a kernel [height, width, channels, filters] into [filters, channels, height, width]. */
function turned(
  kernel: Float32Array,
  taps: number,
  channels: number,
  filters: number,
): Float32Array {
  const to = new Float32Array(kernel.length);
  for (let tap = 0; tap < taps; tap++)
    for (let channel = 0; channel < channels; channel++)
      for (let filter = 0; filter < filters; filter++)
        to[(filter * channels + channel) * taps + tap] =
          kernel[(tap * channels + channel) * filters + filter]!;
  return to;
}

defineEmitter<Conv2dLayer>(
  'conv2d',
  ['filters', 'kernel', 'stride', 'padding', 'dilation', 'activation', 'useBias'],
  ({ layer, placed, name, graph, values }, input) => {
    const { kernel, filters, dilation } = layer;
    const channels = placed.inputShape[2]!;
    const taps = kernel[0] * kernel[1];
    const weight = turned(values('weight'), taps, channels, filters);
    const read = [
      graph.first(input).name,
      graph.floats(`${name}.weight`, [filters, channels, ...kernel], weight),
    ];
    if (layer.useBias) read.push(graph.floats(`${name}.bias`, [filters], values('bias')));
    const attributes = { ...windowAttributes(layer, placed.inputShape), dilations: dilation };
    const output = graph.node('Conv', { inputs: read, attributes });
    const value = { name: output, shape: placed.outputShape, isFirst: true };
    return emitFused(graph, value, layer.activation);
  },
);
