/** Convolutions and pools of series: shapes, values at sight, and what is refused. */
import { describe, expect, it } from 'vitest';
import { Trainer, nn, optim } from '../../src/index.js';
import { failure } from '../oracle/failure.js';

const predict = async (model: nn.Sequential, x: Float32Array, weights = {}) => {
  using trainer = new Trainer({ model, loss: 'meanSquaredError', optimizer: optim.sgd() });
  trainer.setParameters(weights);
  return [...(await trainer.predict(x))];
};

describe('windows', () => {
  // The shapes are those that Keras gives for names, and PyTorch for numbers.
  it.each([
    [10, { kernel: 3 }, 8],
    [10, { kernel: 3, stride: 2 }, 4],
    [10, { kernel: 3, dilation: 4 }, 2],
    [10, { kernel: 4, padding: 'same' }, 10],
    [10, { kernel: 4, stride: 3, padding: 'same' }, 4],
    [10, { kernel: 4, padding: 'causal' }, 10],
    [10, { kernel: 3, stride: 4, padding: 'causal' }, 3],
    [3, { kernel: 3, dilation: 5, padding: 'causal' }, 3],
    [10, { kernel: 3, padding: 2 }, 12],
    [1, { kernel: 1 }, 1],
  ] as const)('a series of length %i has, with %j, %i positions', (length, options, positions) => {
    const model = nn.sequential({ input: [length, 3] }, nn.conv1d(2, options));
    expect(model.outputShape).toEqual([positions, 2]);
    expect(model.parameters.map(({ shape }) => shape)).toEqual([[options.kernel, 3, 2], [2]]);
    expect(nn.fromJSON(JSON.parse(JSON.stringify(model)) as nn.SequentialJson)).toEqual(model);
  });

  it('are the same after JSON, in pools too', () => {
    const model = nn.sequential(
      { input: [30, 2] },
      nn.conv1d(4, { kernel: 3, activation: 'elu', trainable: false, name: 'first' }),
      nn.maxPool1d({ kernel: 3, padding: 1, stride: 2 }),
      nn.averagePool1d({ kernel: 2, padding: 'same' }),
      nn.globalMaxPool(),
    );
    expect(model.layers.map(({ outputShape }) => outputShape)).toEqual([
      [28, 4],
      [14, 4],
      [7, 4],
      [4],
    ]);
    expect(nn.fromJSON(JSON.parse(JSON.stringify(model)) as nn.SequentialJson)).toEqual(model);
  });
});

describe('on the series 1, 2, 3, 4', () => {
  const x = Float32Array.of(1, 2, 3, 4);
  const weights = { 'conv1d1.weight': Float32Array.of(1, 10) };
  const convolve = (options: object) =>
    predict(
      nn.sequential({ input: [4, 1] }, nn.conv1d(1, { kernel: 2, useBias: false, ...options })),
      x,
      weights,
    );

  it.each([
    [{}, [21, 32, 43]],
    [{ padding: 'same' }, [21, 32, 43, 4]],
    [{ padding: 'causal' }, [10, 21, 32, 43]],
    [{ padding: 'causal', dilation: 2 }, [10, 20, 31, 42]],
    [{ padding: 1, stride: 2 }, [10, 32, 4]],
  ] as const)('a convolution by 1, 10 with %j is %j', async (options, expected) => {
    expect(await convolve(options)).toEqual(expected);
  });

  it('pools take the largest and the mean', async () => {
    const pool = (layer: nn.Layer) => predict(nn.sequential({ input: [4, 1] }, layer), x);
    expect(await pool(nn.maxPool1d({ kernel: 3, stride: 1 }))).toEqual([3, 4]);
    expect(await pool(nn.averagePool1d({ kernel: 2 }))).toEqual([1.5, 3.5]);
    expect(await pool(nn.averagePool1d({ kernel: 3, padding: 'same' }))).toEqual([1.5, 3.5]);
    expect(await pool(nn.globalAveragePool())).toEqual([2.5]);
    expect(await pool(nn.globalMaxPool())).toEqual([4]);
  });
});

describe('refusals', () => {
  const onSeries = (layer: nn.Layer, input = [9, 2]) => nn.sequential({ input }, layer);

  it.each([
    ['a convolution without options', () => nn.conv1d(8, undefined as never), 'TYPE', 'conv1d'],
    ['no filters', () => nn.conv1d(0, { kernel: 3 }), 'RANGE', 'conv1d.filters'],
    ['a kernel of 0', () => nn.conv1d(8, { kernel: 0 }), 'RANGE', 'conv1d.kernel'],
    ['two extents', () => nn.conv1d(8, { kernel: [3, 3] as never }), 'TYPE', 'conv1d.kernel'],
    ['a fraction', () => nn.conv1d(8, { kernel: 3, stride: 1.5 }), 'TYPE', 'conv1d.stride'],
    [
      'a negative border',
      () => nn.conv1d(8, { kernel: 3, padding: -1 }),
      'RANGE',
      'conv1d.padding',
    ],
    [
      'an unknown padding',
      () => nn.conv1d(8, { kernel: 3, padding: 'full' as never }),
      'RANGE',
      'conv1d.padding',
    ],
    [
      "Keras's name of an option",
      () => nn.conv1d(8, { kernelSize: 3 } as never),
      'UNKNOWN_OPTION',
      'conv1d.kernelSize',
    ],
    [
      'softmax within the layer',
      () => nn.conv1d(8, { kernel: 3, activation: 'softmax' as never }),
      'RANGE',
      'conv1d.activation',
    ],
    [
      'a causal pool',
      () => nn.maxPool1d({ kernel: 2, padding: 'causal' as never }),
      'RANGE',
      'maxPool1d.padding',
    ],
    [
      'a pool with holes',
      () => nn.averagePool1d({ kernel: 2, dilation: 2 } as never),
      'UNKNOWN_OPTION',
      'averagePool1d.dilation',
    ],
    ['a pool without options', () => nn.maxPool1d(undefined as never), 'TYPE', 'maxPool1d'],
    ['a flat example', () => onSeries(nn.conv1d(8, { kernel: 3 }), [9]), 'SHAPE', 'layers[0]'],
    ['a picture', () => onSeries(nn.maxPool1d({ kernel: 3 }), [9, 9, 1]), 'SHAPE', 'layers[0]'],
    ['a flat example in a pool', () => onSeries(nn.globalMaxPool(), [9]), 'SHAPE', 'layers[0]'],
    ['a film in a pool', () => onSeries(nn.globalMaxPool(), [2, 9, 9, 1]), 'SHAPE', 'layers[0]'],
    ['a long kernel', () => onSeries(nn.conv1d(8, { kernel: 10 })), 'SHAPE', 'layers[0]'],
    [
      'a causal border of more than 2^31 positions',
      () => onSeries(nn.conv1d(8, { kernel: 65537, dilation: 65537, padding: 'causal' })),
      'SHAPE',
      'layers[0]',
    ],
    [
      'a pool that sees the border alone',
      () => onSeries(nn.averagePool1d({ kernel: 2, padding: 2 })),
      'SHAPE',
      'layers[0]',
    ],
  ])('refuses %s', async (_, body, code, path) => {
    const error = await failure(body);
    expect([error.code, error.path]).toEqual([code, path]);
  });

  it('names the shape that a layer of series takes', () => {
    expect(() => onSeries(nn.conv1d(8, { kernel: 3 }), [9])).toThrow(
      'nn.reshape([length, channels])',
    );
    expect(() => onSeries(nn.conv1d(8, { kernel: 30 }))).toThrow(
      'a window of 30 on 9 positions of series [9, 2]',
    );
  });
});
