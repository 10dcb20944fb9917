/** Pools of pictures and series. Numbers of the border do not count. */
import type { GlobalAveragePoolLayer, GlobalMaxPoolLayer } from '../../../nn/global-pool.js';
import type { AveragePool1dLayer, MaxPool1dLayer } from '../../../nn/pool1d.js';
import type { AveragePool2dLayer, MaxPool2dLayer } from '../../../nn/pool2d.js';
import { type Site, defineEmitter } from '../emitter.js';
import type { Attribute, Value } from '../graph.js';
import { onPicture, windowAttributes } from './window.js';

type Pool2d = MaxPool2dLayer | AveragePool2dLayer;
type Pool1d = MaxPool1dLayer | AveragePool1dLayer;

function emitPool(
  operator: string,
  { layer, placed, graph }: Site<Pool1d> | Site<Pool2d>,
  input: Value,
  more: Readonly<Record<string, Attribute>> = {},
): Value {
  // A pool has no holes.
  const { kernel } = layer;
  const window =
    typeof kernel === 'number'
      ? { ...(layer as Pool1d), dilation: 1 }
      : { ...(layer as Pool2d), dilation: [1, 1] as const };
  const attributes = { ...windowAttributes(window, placed.inputShape), ...more };
  return onPicture(graph, placed, input, (picture) =>
    graph.node(operator, { inputs: [picture], attributes }),
  );
}

const fields = ['kernel', 'stride', 'padding'] as const;

defineEmitter<MaxPool2dLayer>('maxPool2d', fields, (site, input) =>
  emitPool('MaxPool', site, input),
);
defineEmitter<MaxPool1dLayer>('maxPool1d', fields, (site, input) =>
  emitPool('MaxPool', site, input),
);
defineEmitter<AveragePool2dLayer>('averagePool2d', fields, (site, input) =>
  emitPool('AveragePool', site, input, { count_include_pad: 0 }),
);
defineEmitter<AveragePool1dLayer>('averagePool1d', fields, (site, input) =>
  emitPool('AveragePool', site, input, { count_include_pad: 0 }),
);

/** Adds the mean or the largest number of each channel. */
function emitGlobal(operator: string, { placed, graph }: Site, input: Value): Value {
  const pictureAxes = input.isFirst ? [2, 3] : [1, 2];
  const axes = placed.inputShape.length === 2 ? [1] : pictureAxes;
  const name = graph.node(operator, { inputs: [input.name], attributes: { axes, keepdims: 0 } });
  return { name, shape: placed.outputShape, isFirst: false };
}

defineEmitter<GlobalAveragePoolLayer>('globalAveragePool', [], (site, input) =>
  emitGlobal('ReduceMean', site, input),
);
defineEmitter<GlobalMaxPoolLayer>('globalMaxPool', [], (site, input) =>
  emitGlobal('ReduceMax', site, input),
);
