/** predict takes a data set in place of its inputs. */
import { describe, expect, it } from 'vitest';
import { Trainer, data, ensemble, nn, optim } from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { floats, generator } from '../oracle/random.js';

const rows = 1100;
const bytes = data.fromArrays({
  inputs: Uint8Array.from(floats(generator(2), rows * 6), (value) => value * 30),
  shape: [rows, 2, 3],
  labels: Int32Array.from({ length: rows }, (_, i) => i % 3),
  scale: 1 / 255,
});
const model = nn.sequential({ input: [2, 3] }, nn.flatten(), nn.dense(4, { activation: 'tanh' }), nn.dense(3)); // prettier-ignore
const make = () =>
  new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.sgd(), seed: 3 });
const inputsOf = (set: data.Dataset) =>
  data.gather(
    set,
    Uint32Array.from({ length: set.length }, (_, i) => i),
  ).inputs;

describe('predict of a data set', () => {
  it.each<[string, data.Dataset]>([
    ['bytes', bytes],
    ['a view', bytes.shuffle({ seed: 4 }).skip(300)],
    ['one row', bytes.take(1)],
  ])('gives the outputs of its inputs: %s', async (_, set) => {
    using trainer = make();
    const outputs = await trainer.predict(set, { batchSize: 64 });
    expect(outputs).toEqual(await trainer.predict(inputsOf(set)));
    using several = new ensemble.Ensemble({
      members: [ensemble.member(trainer, { name: 'one' })],
      loss: 'softmaxCrossEntropy',
    });
    expect(await several.predict(set)).toEqual(await several.predict(inputsOf(set)));
  });

  it('is refused where the rows do not fit, or the data set is gone', async () => {
    using trainer = make();
    const other = data.fromArrays({ inputs: new Float32Array(36), shape: [3, 12] });
    expect(await failure(() => trainer.predict(other))).toMatchObject({
      code: 'SHAPE',
      path: 'inputs',
    });
    other.dispose();
    expect(await failure(() => trainer.predict(other))).toMatchObject({ code: 'DISPOSED' });
    expect(await failure(() => trainer.predict(structuredClone(bytes) as never))).toMatchObject({
      code: 'TYPE',
    });
  });
});
