/** Pictures and series made larger by repeating their numbers. */
import type { UpsampleLayer } from '../../../nn/upsample.js';
import { defineEmitter } from '../emitter.js';
import { onPicture } from './window.js';

/** Each number is that of the pixel in whose copies it lies. */
const attributes = {
  mode: 'nearest',
  nearest_mode: 'floor',
  coordinate_transformation_mode: 'asymmetric',
};

defineEmitter<UpsampleLayer>('upsample', ['size'], ({ placed, graph, name }, input) => {
  const { inputShape, outputShape } = placed;
  const [across = 1, down = 1] = outputShape
    .slice(0, -1)
    .map((extent, i) => extent / inputShape[i]!)
    .reverse();
  const scales = graph.floats(`${name}.scales`, [4], Float32Array.of(1, 1, down, across));
  return onPicture(graph, placed, input, (picture) =>
    graph.node('Resize', { inputs: [picture, '', scales], attributes }),
  );
});
