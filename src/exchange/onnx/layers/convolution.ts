/** Convolutions, whose kernels have filters and channels first in ONNX. */
import type { Conv1dLayer } from '../../../nn/conv1d.js';
import type { Conv2dLayer } from '../../../nn/conv2d.js';
import type { DepthwiseConv2dLayer } from '../../../nn/depthwise-conv2d.js';
import { elements } from '../../../nn/layer.js';
import { type Site, defineEmitter } from '../emitter.js';
import type { Value } from '../graph.js';
import { emitFused } from './activation.js';
import { onPicture, pairsOf, windowAttributes } from './window.js';

/** Turns a kernel [taps, channels, filters] into [filters, channels, taps]. */
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

function emitConvolution(
  { layer, placed, name, graph, values }: Site<Conv1dLayer | Conv2dLayer | DepthwiseConv2dLayer>,
  input: Value,
  group: number,
): Value {
  const { kernel, dilation } = pairsOf(layer);
  const filters = placed.outputShape.at(-1)!;
  const channels = placed.inputShape.at(-1)! / group;
  const weight = turned(values('weight'), elements(kernel), channels, filters);
  const read = [graph.floats(`${name}.weight`, [filters, channels, ...kernel], weight)];
  if (layer.useBias) read.push(graph.floats(`${name}.bias`, [filters], values('bias')));
  const window = windowAttributes(layer, placed.inputShape);
  const attributes = { ...window, dilations: dilation, group };
  const value = onPicture(graph, placed, input, (picture) =>
    graph.node('Conv', { inputs: [picture, ...read], attributes }),
  );
  return emitFused(graph, value, layer.activation);
}

const common = ['kernel', 'stride', 'padding', 'dilation', 'activation', 'useBias'] as const;

defineEmitter<Conv2dLayer>('conv2d', [...common, 'filters', 'groups'], (site, input) =>
  emitConvolution(site, input, site.layer.groups),
);
defineEmitter<Conv1dLayer>('conv1d', [...common, 'filters', 'groups'], (site, input) =>
  emitConvolution(site, input, site.layer.groups),
);
defineEmitter<DepthwiseConv2dLayer>(
  'depthwiseConv2d',
  [...common, 'depthMultiplier'],
  (site, input) => emitConvolution(site, input, site.placed.inputShape[2]!),
);
