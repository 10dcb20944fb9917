/** Models of pictures and series whose gradients are compared with differences. */
import { nn } from '../../src/index.js';
import type { Sequential } from '../../src/nn/sequential.js';

const outputs = 3;

/** Convolutions and pools, with windows of all shapes. */
export const pictures: readonly (readonly [string, Sequential])[] = [
  ...(
    [
      ['conv2d', { kernel: 3 }],
      ['conv2d of one pixel', { kernel: 1 }],
      ['conv2d in steps, without bias', { kernel: [3, 2], stride: [2, 3], useBias: false }],
      ['conv2d with an even border', { kernel: 4, padding: 'same', stride: 2 }],
      ['conv2d with a wide border', { kernel: [2, 3], padding: [3, 1] }],
      ['conv2d with holes', { kernel: [3, 2], dilation: [2, 3], padding: 'same' }],
      ['conv2d with relu', { kernel: 2, activation: 'relu' }],
      ['conv2d with gelu', { kernel: 2, activation: 'gelu', padding: 'same' }],
    ] as const
  ).map(
    ([name, options]) =>
      [
        name,
        nn.sequential(
          { input: [6, 5, 2] },
          nn.conv2d(3, options),
          nn.tanh(),
          nn.conv2d(2, { kernel: [2, 1] }),
        ),
      ] as const,
  ),
  ...(
    [
      ['maxPool2d', nn.maxPool2d({ kernel: 2 })],
      ['maxPool2d that overlaps', nn.maxPool2d({ kernel: [3, 2], stride: 1, padding: 'same' })],
      ['averagePool2d', nn.averagePool2d({ kernel: [2, 3] })],
      ['averagePool2d over a border', nn.averagePool2d({ kernel: 3, stride: 2, padding: 1 })],
      ['globalAveragePool', nn.globalAveragePool()],
    ] as const
  ).map(
    ([name, layer]) =>
      [
        name,
        nn.sequential(
          { input: [6, 5, 2] },
          nn.conv2d(3, { kernel: 2 }),
          nn.batchNorm(),
          layer,
          nn.flatten(),
          nn.dense(outputs),
        ),
      ] as const,
  ),
];
/** Convolutions in groups, and layers that make examples larger. */
export const grouped: readonly (readonly [string, Sequential])[] = (
  [
    ['depthwiseConv2d', nn.depthwiseConv2d({ kernel: 3 })],
    [
      'depthwiseConv2d of several filters, in steps',
      nn.depthwiseConv2d({ kernel: [3, 2], stride: 2, depthMultiplier: 3, padding: 'same' }),
    ],
    [
      'depthwiseConv2d with holes and gelu',
      nn.depthwiseConv2d({ kernel: 2, dilation: [2, 1], padding: [1, 2], activation: 'gelu' }),
    ],
    ['conv2d in two groups', nn.conv2d(6, { kernel: 2, groups: 2, activation: 'tanh' })],
    [
      'conv2d in groups with a border and silu, without bias',
      nn.conv2d(2, { kernel: 3, groups: 2, padding: 'same', activation: 'silu', useBias: false }),
    ],
    ['conv2d in as many groups as channels', nn.conv2d(8, { kernel: 2, groups: 4 })],
    [
      'a residual block of convolutions with a projection',
      nn.residual(
        [
          nn.conv2d(6, { kernel: 3, padding: 'same', stride: 2, useBias: false }),
          nn.groupNorm(2),
          nn.tanh(),
          nn.conv2d(6, { kernel: 3, padding: 'same' }),
        ],
        { shortcut: nn.conv2d(6, { kernel: 1, stride: 2, useBias: false }) },
      ),
    ],
    ['upsample', nn.upsample({ size: 2 })],
    ['upsample by two sizes', nn.upsample({ size: [1, 3] })],
  ] as const
).map(
  ([name, layer]) =>
    [
      name,
      nn.sequential({ input: [5, 4, 2] }, nn.conv2d(4, { kernel: 2 }), nn.tanh(), layer, nn.tanh()),
    ] as const,
);
/** The largest numbers, without a norm, whose gradient would be small beside that of each number. */
const largest = (input: readonly number[], convolution: nn.Layer) =>
  nn.sequential({ input }, convolution, nn.globalMaxPool(), nn.dense(outputs));

/** Convolutions and pools of series. */
export const series: readonly (readonly [string, Sequential])[] = [
  ['globalMaxPool', largest([6, 5, 2], nn.conv2d(3, { kernel: 2 }))],
  ['globalMaxPool of series', largest([9, 2], nn.conv1d(3, { kernel: 2 }))],
  ...(
    [
      ['conv1d', { kernel: 3 }],
      ['conv1d in steps, without bias', { kernel: 2, stride: 3, useBias: false }],
      ['conv1d with an even border', { kernel: 4, padding: 'same', stride: 2 }],
      ['conv1d that sees no future', { kernel: 3, padding: 'causal', dilation: 2 }],
      ['conv1d with a wide border and gelu', { kernel: 3, padding: 4, activation: 'gelu' }],
    ] as const
  ).map(
    ([name, options]) =>
      [
        name,
        nn.sequential(
          { input: [11, 2] },
          nn.conv1d(3, options),
          nn.tanh(),
          nn.conv1d(2, { kernel: 2 }),
        ),
      ] as const,
  ),
  ...(
    [
      ['maxPool1d', nn.maxPool1d({ kernel: 2 })],
      ['maxPool1d that overlaps', nn.maxPool1d({ kernel: 3, stride: 1, padding: 'same' })],
      ['averagePool1d', nn.averagePool1d({ kernel: 3 })],
      ['upsample of series', nn.upsample({ size: 2 })],
      ['conv1d in groups', nn.conv1d(6, { kernel: 2, groups: 3, padding: 'causal' })],
      ['averagePool1d over a border', nn.averagePool1d({ kernel: 3, stride: 2, padding: 2 })],
      ['globalAveragePool of series', nn.globalAveragePool()],
    ] as const
  ).map(
    ([name, layer]) =>
      [
        name,
        nn.sequential(
          { input: [9, 2] },
          nn.conv1d(3, { kernel: 2 }),
          nn.batchNorm(),
          layer,
          nn.flatten(),
          nn.dense(outputs),
        ),
      ] as const,
  ),
];
