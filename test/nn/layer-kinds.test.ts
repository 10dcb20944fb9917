/** Shapes, parameters and JSON of each kind of layer. */
import { describe, expect, it } from 'vitest';
import { nn } from '../../src/index.js';
import { layerActivations } from '../../src/nn/activation.js';

describe('norms', () => {
  const normed = nn.sequential(
    { input: [28, 28] },
    nn.layerNorm({ center: false }),
    nn.batchNorm(),
    nn.batchNorm({ scale: false, name: 'last' }),
  );

  it('have a parameter for each number of the last dimension, and statistics', () => {
    expect(
      normed.parameters.map(({ name, shape, initializer }) => [name, shape, initializer]),
    ).toEqual([
      ['layerNorm1.scale', [28], 'ones'],
      ['batchNorm1.scale', [28], 'ones'],
      ['batchNorm1.offset', [28], 'zeros'],
      ['last.offset', [28], 'zeros'],
    ]);
    expect(normed.statistics).toEqual([
      { name: 'batchNorm1.mean', shape: [28], initial: 0 },
      { name: 'batchNorm1.variance', shape: [28], initial: 1 },
      { name: 'last.mean', shape: [28], initial: 0 },
      { name: 'last.variance', shape: [28], initial: 1 },
    ]);
    expect(normed.summary()).toMatch(/Total parameters: 112\nRunning statistics: 112$/);
  });

  it('survive JSON', () => {
    const json = JSON.stringify(normed);
    const copy = nn.fromJSON(JSON.parse(json) as nn.SequentialJson);
    expect(JSON.stringify(copy)).toBe(json);
    expect(copy.layers).toEqual(normed.layers);
  });
});

describe('the other norms', () => {
  const others = nn.sequential(
    { input: [24] },
    nn.reshape([2, 3, 4]),
    nn.groupNorm(2),
    nn.rmsNorm(),
    nn.groupNorm(4, { center: false }),
    nn.rmsNorm({ scale: false }),
    nn.flatten(),
  );

  it('have a parameter for each channel', () => {
    expect(others.parameters.map(({ name, shape }) => [name, shape])).toEqual([
      ['groupNorm1.scale', [4]],
      ['groupNorm1.offset', [4]],
      ['rmsNorm1.scale', [4]],
      ['groupNorm2.scale', [4]],
    ]);
    expect(others.layers.map(({ outputShape }) => outputShape.join())).toEqual([
      ...Array<string>(5).fill('2,3,4'),
      '24',
    ]);
  });

  it('survive JSON', () => {
    const json = JSON.stringify(others);
    const copy = nn.fromJSON(JSON.parse(json) as nn.SequentialJson);
    expect(JSON.stringify(copy)).toBe(json);
    expect(copy.layers).toEqual(others.layers);
  });
});

describe('activations as layers', () => {
  const all = [
    nn.relu(),
    nn.leakyRelu({ slope: 0.2 }),
    nn.sigmoid(),
    nn.tanh(),
    nn.gelu(),
    nn.gelu({ approximate: 'tanh' }),
    nn.silu(),
    nn.elu({ alpha: 0.3 }),
    nn.selu(),
    nn.softplus(),
    nn.hardSwish(),
    nn.mish(),
  ];

  it('are every one that the addon knows', () => {
    expect(all.map(({ activation }) => activation).sort()).toEqual([...layerActivations].sort());
  });

  it('survive JSON', () => {
    const activated = nn.sequential({ input: [3] }, ...all);
    const copy = nn.fromJSON(JSON.parse(JSON.stringify(activated)) as nn.SequentialJson);
    expect(copy.layers).toEqual(activated.layers);
  });
});

describe('a residual block', () => {
  const blocks = nn.sequential(
    { input: [6] },
    nn.residual([nn.dense(8, { useBias: false }), nn.batchNorm(), nn.relu()], {
      shortcut: nn.dense(8),
      name: 'first',
    }),
    nn.residual([nn.residual([nn.dense(8)]), nn.dense(8, { name: 'out' })]),
  );

  it('names its parameters through itself', () => {
    expect(blocks.parameters.map(({ name, shape }) => [name, shape])).toEqual([
      ['first.dense1.weight', [6, 8]],
      ['first.batchNorm1.scale', [8]],
      ['first.batchNorm1.offset', [8]],
      ['first.shortcut.dense1.weight', [6, 8]],
      ['first.shortcut.dense1.bias', [8]],
      ['residual1.residual1.dense1.weight', [8, 8]],
      ['residual1.residual1.dense1.bias', [8]],
      ['residual1.out.weight', [8, 8]],
      ['residual1.out.bias', [8]],
    ]);
    expect(blocks.statistics.map(({ name }) => name)).toEqual([
      'first.batchNorm1.mean',
      'first.batchNorm1.variance',
    ]);
  });

  it('shows its layers in the summary, and counts them once', () => {
    expect(blocks.summary()).toBe(
      `
Layer              Kind        Output shape  Parameters
-------------------------------------------------------
first              residual    [batch, 8]           120
  dense1           dense       [batch, 8]            48
  batchNorm1       batchNorm   [batch, 8]            16
  relu1            activation  [batch, 8]             0
  shortcut.dense1  dense       [batch, 8]            56
residual1          residual    [batch, 8]           144
  residual1        residual    [batch, 8]            72
    dense1         dense       [batch, 8]            72
  out              dense       [batch, 8]            72
-------------------------------------------------------
Total parameters: 264
Running statistics: 16`.trim(),
    );
  });

  it('lowers to ops that name the values they read', () => {
    expect(blocks.lower().ops.map(({ kind, name, from }) => [kind, name, ...from])).toEqual([
      ['dense', 'first.dense1', 0],
      ['batchNorm', 'first.batchNorm1', 1],
      ['activation', 'first.relu1', 2],
      ['dense', 'first.shortcut.dense1', 0],
      ['add', 'first', 3, 4],
      ['dense', 'residual1.residual1.dense1', 5],
      ['add', 'residual1.residual1', 6, 5],
      ['dense', 'residual1.out', 7],
      ['add', 'residual1', 8, 5],
    ]);
  });

  it('survives JSON', () => {
    const json = JSON.stringify(blocks);
    const copy = nn.fromJSON(JSON.parse(json) as nn.SequentialJson);
    expect(JSON.stringify(copy)).toBe(json);
    expect(copy.layers).toEqual(blocks.layers);
  });
});

describe('windows', () => {
  // The shapes are those that PyTorch gives for numbers, and TensorFlow for names.
  it.each([
    [[6, 5], { kernel: [3, 2], padding: [1, 2], stride: [2, 1], dilation: [1, 2] }, [3, 7]],
    [[7, 7], { kernel: 3, padding: 1, stride: 2 }, [4, 4]],
    [[10, 3], { kernel: [4, 1], padding: [0, 3], stride: 3 }, [3, 3]],
    [[8, 5], { kernel: 2, stride: [3, 2] }, [3, 2]],
    [[8, 5], { kernel: 4, stride: [3, 2], padding: 'same' }, [3, 3]],
    [[9, 9], { kernel: 3, dilation: 4 }, [1, 1]],
  ] as const)('on %j with %j have positions %j', (picture, options, positions) => {
    const model = nn.sequential({ input: [...picture, 3] }, nn.conv2d(2, options));
    expect(model.outputShape).toEqual([...positions, 2]);
    expect(nn.fromJSON(JSON.parse(JSON.stringify(model)) as nn.SequentialJson)).toEqual(model);
  });

  it('are the same after JSON, in pools too', () => {
    const model = nn.sequential(
      { input: [8, 9, 2] },
      nn.maxPool2d({ kernel: [2, 3], padding: [1, 2], stride: [1, 2] }),
      nn.averagePool2d({ kernel: 2, padding: 'same' }),
      nn.globalAveragePool(),
    );
    expect(model.outputShape).toEqual([2]);
    expect(nn.fromJSON(JSON.parse(JSON.stringify(model)) as nn.SequentialJson)).toEqual(model);
  });

  it('are refused in blocks of other shapes, with what would fit', () => {
    const block =
      (...layers: nn.Layer[]) =>
      () =>
        nn.sequential({ input: [5, 5, 2] }, nn.residual(layers));
    expect(block(nn.conv2d(4, { kernel: 3, padding: 'same' }))).toThrow(
      'nn.conv2d(4, { kernel: 1, useBias: false })',
    );
    expect(block(nn.conv2d(2, { kernel: 3 }))).toThrow("padding: 'same'");
  });
});
