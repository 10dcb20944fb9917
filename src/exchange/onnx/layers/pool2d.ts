/** Pools of pictures. Pixels of the border do not count. */
import type { GlobalAveragePoolLayer } from '../../../nn/global-average-pool.js';
import type { AveragePool2dLayer, MaxPool2dLayer } from '../../../nn/pool2d.js';
import { type Site, defineEmitter } from '../emitter.js';
import type { Attribute, Value } from '../graph.js';
import { windowAttributes } from './window.js';

function emitPool(
  operator: string,
  { layer, placed, graph }: Site<MaxPool2dLayer | AveragePool2dLayer>,
  input: Value,
  more: Readonly<Record<string, Attribute>> = {},
): Value {
  const window = { ...layer, dilation: [1, 1] } as const;
  const attributes = { ...windowAttributes(window, placed.inputShape), ...more };
  const name = graph.node(operator, { inputs: [graph.first(input).name], attributes });
  return { name, shape: placed.outputShape, isFirst: true };
}

defineEmitter<MaxPool2dLayer>('maxPool2d', ['kernel', 'stride', 'padding'], (site, input) =>
  emitPool('MaxPool', site, input),
);
defineEmitter<AveragePool2dLayer>('averagePool2d', ['kernel', 'stride', 'padding'], (site, input) =>
  emitPool('AveragePool', site, input, { count_include_pad: 0 }),
);

defineEmitter<GlobalAveragePoolLayer>('globalAveragePool', [], ({ placed, graph }, input) => {
  const axes = input.isFirst ? [2, 3] : [1, 2];
  const attributes = { axes, keepdims: 0 };
  const name = graph.node('ReduceMean', { inputs: [input.name], attributes });
  return { name, shape: placed.outputShape, isFirst: false };
});
