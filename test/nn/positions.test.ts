/** Dense layers and softmax work over the last dimension of an example of any rank. */
import { describe, expect, it } from 'vitest';
import { Trainer, nn, optim } from '../../src/index.js';
import { failure } from '../oracle/failure.js';

const make = (model: nn.Sequential, loss: 'meanSquaredError' | 'softmaxCrossEntropy') =>
  new Trainer({ model, loss, optimizer: optim.sgd() });

describe('a dense layer', () => {
  // The shapes are those of Keras: the last dimension changes, and has the only weights.
  it.each([
    [[7], [5], 40],
    [[28, 7], [28, 5], 40],
    [[2, 3, 7], [2, 3, 5], 40],
    [[2, 1, 1, 1, 3, 1, 2, 1], [2, 1, 1, 1, 3, 1, 2, 5], 10],
  ] as const)('turns [%s] into [%s]', (input, output, count) => {
    const model = nn.sequential({ input }, nn.dense(5));
    expect(model.outputShape).toEqual(output);
    expect(model.parameters.map(({ shape }) => shape)).toEqual([[input.at(-1), 5], [5]]);
    expect(model.parameters.map(({ fanIn }) => fanIn)).toEqual([input.at(-1), input.at(-1)]);
    expect(model.parameterCount).toBe(count);
    expect(nn.fromJSON(JSON.parse(JSON.stringify(model)) as nn.SequentialJson)).toEqual(model);
  });

  it('has one W and b for all positions', async () => {
    using trainer = make(nn.sequential({ input: [3, 2] }, nn.dense(2)), 'meanSquaredError');
    trainer.setParameters({
      'dense1.weight': Float32Array.of(1, 2, 3, 4),
      'dense1.bias': Float32Array.of(10, 20),
    });
    const y = await trainer.predict(Float32Array.of(1, 0, 0, 1, 1, -1));
    expect([...y]).toEqual([11, 22, 13, 24, 8, 18]);
  });

  it('with one position has the bits of a layer of one dimension', async () => {
    const flat = make(nn.sequential({ input: [9] }, nn.dense(4)), 'meanSquaredError');
    const deep = make(nn.sequential({ input: [1, 1, 9] }, nn.dense(4)), 'meanSquaredError');
    const x = Float32Array.from({ length: 27 }, (_, i) => Math.sin(i));
    expect(await deep.predict(x)).toEqual(await flat.predict(x));
    for (const trainer of [flat, deep]) trainer.dispose();
  });

  it('is the layer that embeddings need at each position', () => {
    const model = nn.sequential({ input: [6] }, nn.embedding(50, 8), nn.dense(3), nn.flatten());
    expect(model.layers.map(({ outputShape }) => outputShape)).toEqual([[6, 8], [6, 3], [18]]);
  });
});

it('softmax sums to 1 at each position', async () => {
  using trainer = make(nn.sequential({ input: [2, 3] }, nn.softmax()), 'meanSquaredError');
  const y = await trainer.predict(Float32Array.of(0, 0, 0, Math.log(2), 0, 0));
  [1 / 3, 1 / 3, 1 / 3, 0.5, 0.25, 0.25].forEach((value, i) => expect(y[i]).toBeCloseTo(value, 6));
});

describe('is refused, with the remedy:', () => {
  it.each([
    ['dense', () => nn.dense(2, { activation: 'softmax' as never })],
    ['conv2d', () => nn.conv2d(2, { kernel: 1, activation: 'softmax' as never })],
  ] as const)('softmax within %s', async (kind, body) => {
    const error = await failure(body);
    expect([error.code, error.path]).toEqual(['RANGE', `${kind}.activation`]);
    expect(error.remedy).toContain('nn.softmax()');
  });

  it('softmaxCrossEntropy of outputs that have several dimensions', async () => {
    const forgotten = nn.sequential({ input: [28, 28] }, nn.dense(10));
    const error = await failure(() => make(forgotten, 'softmaxCrossEntropy'));
    expect(error).toMatchObject({ code: 'MISMATCH', path: 'model' });
    expect(error.received).toContain('[28, 10]');
    expect(error.remedy).toContain('nn.flatten() before the last nn.dense');
    const right = nn.sequential({ input: [28, 28] }, nn.flatten(), nn.dense(10));
    make(right, 'softmaxCrossEntropy').dispose();
    make(forgotten, 'meanSquaredError').dispose();
  });
});
