/** Models whose gradients are compared with differences: each layer, with its options. */
import { nn } from '../../src/index.js';
import { activationNames as fused } from '../../src/nn/activation.js';
import type { Sequential } from '../../src/nn/sequential.js';

export const inputs = 5;
export const outputs = 3;

export const models: readonly (readonly [string, Sequential])[] = [
  ['dense', nn.sequential({ input: [inputs] }, nn.dense(outputs))],
  ['dense without bias', nn.sequential({ input: [inputs] }, nn.dense(outputs, { useBias: false }))],
  ...fused.map(
    (activation) =>
      [
        `dense with ${activation}`,
        nn.sequential({ input: [inputs] }, nn.dense(9, { activation }), nn.dense(outputs)),
      ] as const,
  ),
  ...(
    [
      ['relu', nn.relu()],
      ['leakyRelu', nn.leakyRelu({ slope: 0.3 })],
      ['sigmoid', nn.sigmoid()],
      ['tanh', nn.tanh()],
      ['gelu', nn.gelu()],
      ['gelu, tanh form', nn.gelu({ approximate: 'tanh' })],
      ['silu', nn.silu()],
      ['elu', nn.elu({ alpha: 0.7 })],
      ['selu', nn.selu()],
      ['softplus', nn.softplus()],
      ['hardSwish', nn.hardSwish()],
      ['mish', nn.mish()],
      ['softmax', nn.softmax()],
      ['dropout, not training', nn.dropout(0.5)],
    ] as const
  ).map(
    ([name, layer]) =>
      [
        `${name} as a layer`,
        nn.sequential({ input: [inputs] }, nn.dense(8), layer, nn.dense(outputs)),
      ] as const,
  ),
  [
    'dense over the last dimension',
    nn.sequential(
      { input: [2, 3, 4] },
      nn.dense(5, { activation: 'gelu' }),
      nn.softmax(),
      nn.dense(2),
    ),
  ],
  [
    'deep',
    nn.sequential(
      { input: [inputs] },
      nn.dense(6, { activation: 'tanh' }),
      nn.dense(4, { activation: 'gelu' }),
      nn.sigmoid(),
      nn.dense(outputs),
    ),
  ],
];
/** These models have outputs of their own sizes, and are checked in training mode too. */
export const norms: readonly (readonly [string, Sequential])[] = [
  ...(
    [
      ['batchNorm', nn.batchNorm()],
      ['batchNorm without scale', nn.batchNorm({ scale: false, epsilon: 0.01 })],
      ['batchNorm without center', nn.batchNorm({ center: false, variance: 'biased' })],
      ['layerNorm', nn.layerNorm()],
      ['layerNorm without scale', nn.layerNorm({ scale: false, epsilon: 0.01 })],
      ['layerNorm without center', nn.layerNorm({ center: false })],
      ['rmsNorm', nn.rmsNorm()],
      ['rmsNorm without scale', nn.rmsNorm({ scale: false, epsilon: 0.01 })],
      ['groupNorm', nn.groupNorm(4)],
      ['groupNorm of one group', nn.groupNorm(1, { center: false })],
      ['groupNorm without scale', nn.groupNorm(2, { scale: false, epsilon: 0.01 })],
    ] as const
  ).map(
    ([name, layer]) =>
      [
        name,
        nn.sequential({ input: [inputs] }, nn.dense(8), layer, nn.tanh(), nn.dense(outputs)),
      ] as const,
  ),
  ...(
    [
      ['a residual block', [nn.residual([nn.dense(6), nn.tanh(), nn.dense(8)])]],
      ['one with in-place layers alone', [nn.residual([nn.layerNorm(), nn.sigmoid()])]],
      ['one with a projection', [nn.residual([nn.dense(4)], { shortcut: nn.dense(4) })]],
      [
        'one with a shortcut of several layers and norms',
        [
          nn.residual([nn.dense(6), nn.batchNorm(), nn.gelu(), nn.dense(7)], {
            shortcut: [nn.dense(7, { useBias: false }), nn.batchNorm()],
          }),
        ],
      ],
      [
        'blocks in a row and in each other',
        [
          nn.residual([nn.dense(8), nn.tanh()]),
          nn.residual([nn.residual([nn.layerNorm(), nn.dense(8)]), nn.sigmoid(), nn.dense(8)]),
          nn.dropout(0),
        ],
      ],
    ] as const
  ).map(
    ([name, layers]) =>
      [
        name,
        nn.sequential({ input: [inputs] }, nn.dense(8), ...layers, nn.tanh(), nn.dense(outputs)),
      ] as const,
  ),
  [
    'residual blocks at both ends',
    nn.sequential(
      { input: [inputs] },
      nn.residual([nn.dense(inputs), nn.tanh()]),
      nn.residual([nn.dense(outputs)], { shortcut: nn.dense(outputs) }),
    ),
  ],
  [
    'embedding',
    nn.sequential(
      { input: [4] },
      nn.embedding(6, 3),
      nn.layerNorm(),
      nn.flatten(),
      nn.dense(5),
      nn.batchNorm(),
      nn.dense(outputs),
    ),
  ],
  ['embedding alone', nn.sequential({ input: [2] }, nn.embedding(7, 4))],
  ['flatten alone', nn.sequential({ input: [2, 3] }, nn.flatten(), nn.layerNorm())],
  ['batchNorm of the last dimension', nn.sequential({ input: [4, 3] }, nn.batchNorm())],
  ['layerNorm of the last dimension', nn.sequential({ input: [2, 17] }, nn.layerNorm())],
  ['rmsNorm of the last dimension', nn.sequential({ input: [2, 17] }, nn.rmsNorm())],
  ['groupNorm over positions', nn.sequential({ input: [2, 3, 4] }, nn.groupNorm(2))],
  ['a norm for each channel', nn.sequential({ input: [5, 3] }, nn.groupNorm(3))],
  [
    'reshape between layers',
    nn.sequential(
      { input: [inputs] },
      nn.dense(12),
      nn.reshape([2, 6]),
      nn.groupNorm(3),
      nn.reshape([3, 4]),
      nn.layerNorm(),
      nn.flatten(),
      nn.dense(outputs),
    ),
  ],
];
