/** A model names, counts and describes its layers, and refuses wrong ones. */
import { describe, expect, it } from 'vitest';
import { nn } from '../../src/index.js';
import { failure } from '../oracle/failure.js';

const model = nn.sequential(
  { input: [784] },
  nn.dense(128, { activation: 'relu', useBias: false }),
  nn.dropout(0.1, { name: 'drop' }),
  nn.leakyRelu({ slope: 0.2 }),
  nn.leakyRelu(),
  nn.dense(1000),
  nn.softmax(),
);

describe('summary', () => {
  it('lines up names, shapes and counts, and adds them up', () => {
    expect(model.summary()).toBe(
      `
Layer       Kind        Output shape   Parameters
-------------------------------------------------
dense1      dense       [batch, 128]      100,352
drop        dropout     [batch, 128]            0
leakyRelu1  activation  [batch, 128]            0
leakyRelu2  activation  [batch, 128]            0
dense2      dense       [batch, 1000]     129,000
softmax1    softmax     [batch, 1000]           0
-------------------------------------------------
Total parameters: 229,352`.trim(),
    );
  });
});

describe('a model', () => {
  it('names its parameters after its layers, with shapes and initialisers', () => {
    expect(model.parameters.map(({ name, shape }) => [name, shape])).toEqual([
      ['dense1.weight', [784, 128]],
      ['dense2.weight', [128, 1000]],
      ['dense2.bias', [1000]],
    ]);
    expect(model.parameters.map(({ initializer }) => initializer)).toEqual([
      'glorotUniform',
      'glorotUniform',
      'zeros',
    ]);
    expect(model.parameterCount).toBe(229_352);
    expect(model.outputShape).toEqual([1000]);
  });

  it('survives JSON', () => {
    const json = JSON.stringify(model);
    const copy = nn.fromJSON(JSON.parse(json) as nn.SequentialJson);
    expect(JSON.stringify(copy)).toBe(json);
    expect(copy.summary()).toBe(model.summary());
  });

  it.each([
    ['no layers', () => nn.sequential({ input: [4] }), 'RANGE', 'sequential.layers'],
    ['no dimension', () => nn.sequential({ input: [] }, nn.relu()), 'TYPE', 'sequential.input'],
    [
      'an extent of 0',
      () => nn.sequential({ input: [0] }, nn.relu()),
      'RANGE',
      'sequential.input[0]',
    ],
    [
      'nine dimensions',
      () => nn.sequential({ input: Array(9).fill(1) as number[] }, nn.relu()),
      'RANK',
      'sequential.input',
    ],
    [
      'a softmax of one number at each position',
      () => nn.sequential({ input: [28, 1] }, nn.softmax()),
      'SHAPE',
      'layers[0]',
    ],
    [
      'a name twice',
      () => nn.sequential({ input: [4] }, nn.relu({ name: 'a' }), nn.tanh({ name: 'a' })),
      'DUPLICATE',
      'layers[1].name',
    ],
    ['a name with a dot', () => nn.dense(2, { name: 'a.b' }), 'RANGE', 'dense.name'],
    [
      'a misspelt layer',
      () => nn.sequential({ input: [4] }, { kind: 'densse' } as never),
      'TYPE',
      'layers[0]',
    ],
    [
      'nothing as a layer',
      () => nn.sequential({ input: [4] }, undefined as never),
      'TYPE',
      'layers[0]',
    ],
    ['a fractional unit', () => nn.dense(1.5), 'TYPE', 'dense.units'],
    ['a rate of 1', () => nn.dropout(1), 'RANGE', 'dropout.rate'],
    ['a momentum of 1', () => nn.batchNorm({ momentum: 1 }), 'RANGE', 'batchNorm.momentum'],
    ['an epsilon of 0', () => nn.layerNorm({ epsilon: 0 }), 'RANGE', 'layerNorm.epsilon'],
    [
      'a third variance',
      () => nn.batchNorm({ variance: 'sample' as never }),
      'RANGE',
      'batchNorm.variance',
    ],
    ['a group norm of no groups', () => nn.groupNorm(0), 'RANGE', 'groupNorm.groups'],
    [
      'groups that do not divide the channels',
      () => nn.sequential({ input: [2, 6] }, nn.groupNorm(4)),
      'SHAPE',
      'layers[0]',
    ],
    [
      'groups of one number',
      () => nn.sequential({ input: [6] }, nn.groupNorm(6)),
      'SHAPE',
      'layers[0]',
    ],
    ['a convolution without options', () => nn.conv2d(8, undefined as never), 'TYPE', 'conv2d'],
    ['a pool without options', () => nn.maxPool2d(undefined as never), 'TYPE', 'maxPool2d'],
    ['no filters', () => nn.conv2d(0, { kernel: 3 }), 'RANGE', 'conv2d.filters'],
    ['a kernel of no pixel', () => nn.conv2d(8, { kernel: [3, 0] }), 'RANGE', 'conv2d.kernel[1]'],
    [
      'a kernel of three extents',
      () => nn.conv2d(8, { kernel: [3, 3, 3] as never }),
      'TYPE',
      'conv2d.kernel',
    ],
    [
      'an unknown padding',
      () => nn.conv2d(8, { kernel: 3, padding: 'full' as never }),
      'RANGE',
      'conv2d.padding',
    ],
    ['a stride of 0', () => nn.maxPool2d({ kernel: 2, stride: 0 }), 'RANGE', 'maxPool2d.stride'],
    [
      'a pool with holes',
      () => nn.averagePool2d({ kernel: 2, dilation: 2 } as never),
      'UNKNOWN_OPTION',
      'averagePool2d.dilation',
    ],
    [
      'a convolution of flat examples',
      () => nn.sequential({ input: [784] }, nn.conv2d(8, { kernel: 3 })),
      'SHAPE',
      'layers[0]',
    ],
    [
      'a kernel that is larger than the picture',
      () => nn.sequential({ input: [4, 9, 1] }, nn.conv2d(8, { kernel: 5 })),
      'SHAPE',
      'layers[0]',
    ],
    [
      'a kernel whose holes make it larger than the picture',
      () => nn.sequential({ input: [9, 9, 1] }, nn.conv2d(8, { kernel: 3, dilation: [1, 5] })),
      'SHAPE',
      'layers[0]',
    ],
    [
      'a pool that sees the border alone',
      () => nn.sequential({ input: [9, 9, 1] }, nn.maxPool2d({ kernel: 2, padding: 2 })),
      'SHAPE',
      'layers[0]',
    ],
    [
      'a pool of more taps than an int32 counts',
      () => nn.sequential({ input: [2, 2, 1] }, nn.maxPool2d({ kernel: 70000, padding: 'same' })),
      'SHAPE',
      'layers[0]',
    ],
    [
      'a border of more than 2^31 pixels',
      () =>
        nn.sequential(
          { input: [9, 9, 1] },
          nn.conv2d(1, { kernel: [65537, 1], dilation: [65537, 1], padding: 'same' }),
        ),
      'SHAPE',
      'layers[0]',
    ],
    [
      'an rms norm of one number',
      () => nn.sequential({ input: [3, 1] }, nn.rmsNorm()),
      'SHAPE',
      'layers[0]',
    ],
    [
      'an rms norm with an offset',
      () => nn.rmsNorm({ center: true } as never),
      'UNKNOWN_OPTION',
      'rmsNorm.center',
    ],
    ['a negative alpha', () => nn.elu({ alpha: -1 }), 'RANGE', 'elu.alpha'],
    ['a shape of no dimension', () => nn.reshape([]), 'TYPE', 'reshape.shape'],
    ['a shape that is a number', () => nn.reshape(4 as never), 'TYPE', 'reshape.shape'],
    ['a shape with a size left open', () => nn.reshape([2, -1]), 'RANGE', 'reshape.shape[1]'],
    ['a sparse shape', () => nn.reshape(new Array<number>(2)), 'TYPE', 'reshape.shape[0]'],
    [
      'a sparse input',
      () => nn.sequential({ input: new Array<number>(1) }, nn.relu()),
      'TYPE',
      'sequential.input[0]',
    ],
    [
      'a shape of nine dimensions',
      () => nn.reshape(Array(9).fill(1) as number[]),
      'RANK',
      'reshape.shape',
    ],
    [
      'a shape of other numbers',
      () => nn.sequential({ input: [4] }, nn.relu(), nn.reshape([3, 2])),
      'SHAPE',
      'layers[1]',
    ],
    [
      "PyTorch's name of an option",
      () => nn.batchNorm({ affine: false } as never),
      'UNKNOWN_OPTION',
      'batchNorm.affine',
    ],
    [
      'a block that changes the shape without a shortcut',
      () => nn.sequential({ input: [4] }, nn.relu(), nn.residual([nn.dense(5)])),
      'SHAPE',
      'layers[1]',
    ],
    ['an empty block', () => nn.residual([]), 'RANGE', 'residual.layers'],
    [
      'a layer where a block takes several',
      () => nn.residual(nn.relu() as never),
      'TYPE',
      'residual.layers',
    ],
    [
      'what is no layer in a block',
      () => nn.sequential({ input: [4] }, nn.residual([nn.relu(), 'tanh' as never])),
      'TYPE',
      'layers[0].layers[1]',
    ],
    [
      'what is no layer in a shortcut',
      () => nn.sequential({ input: [4] }, nn.residual([nn.relu()], { shortcut: {} as never })),
      'TYPE',
      'layers[0].shortcut[0]',
    ],
    [
      'a layer with the name of the shortcut',
      () =>
        nn.sequential(
          { input: [4] },
          nn.residual([nn.relu({ name: 'shortcut' })], { shortcut: nn.tanh() }),
        ),
      'DUPLICATE',
      'layers[0].layers',
    ],
    ['a negative slope', () => nn.leakyRelu({ slope: -1 }), 'RANGE', 'leakyRelu.slope'],
    [
      'a layer from a damaged file',
      () => nn.sequential({ input: [4] }, { kind: 'dense', units: -3 } as never),
      'RANGE',
      'dense.units',
    ],
    [
      'an option that a file made up',
      () => nn.sequential({ input: [4] }, { ...nn.dense(2), x: 1 } as never),
      'UNKNOWN_OPTION',
      'dense.x',
    ],
  ])('refuses %s', async (_, body, code, path) => {
    const error = await failure(body);
    expect([error.code, error.path]).toEqual([code, path]);
  });
});
