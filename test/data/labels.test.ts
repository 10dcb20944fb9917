/** The error for labels or inputs of a wrong type gives an advice that works. */
import { describe, expect, it } from 'vitest';
import { Trainer, data, nn, optim } from '../../src/index.js';
import { failure } from '../oracle/failure.js';

const make = (labels: unknown): data.Dataset =>
  data.fromArrays({ inputs: new Float32Array(4), shape: [2, 2], labels: labels as Int32Array });

describe('labels of another type', () => {
  it.each<[string, unknown, string]>([
    ['Uint16', Uint16Array.of(0, 1), 'sparse'],
    ['Int16', Int16Array.of(0, 1), 'sparse'],
    ['Uint32', Uint32Array.of(0, 1), 'sparse'],
    ['Uint8Clamped', Uint8ClampedArray.of(0, 1), 'sparse'],
    ['BigInt64', BigInt64Array.of(0n, 1n), 'sparse'],
    ['BigUint64', BigUint64Array.of(0n, 1n), 'sparse'],
    ['Float64', Float64Array.of(0.5, 1), 'dense'],
    ['lists', [0, 1], 'sparse'],
    ['nothing', null, ''],
    ['text', '01', ''],
  ])('%s are told what makes labels of them', async (_, labels, kind) => {
    const { code, path, remedy } = await failure(() => make(labels));
    expect([ArrayBuffer.isView(labels) ? 'DTYPE' : 'TYPE', 'labels']).toEqual([code, path]);
    if (kind === '') return;
    const expression = /^(.*?\)) holds/.exec(remedy)![1]!;
    // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
    const made: unknown = new Function('labels', `return ${expression}`)(labels);
    using set = make(made);
    expect(set.labelKind).toBe(kind);
  });
});

it('predict of bytes tells how to scale them', async () => {
  const model = nn.sequential({ input: [2] }, nn.dense(2));
  using trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.sgd() });
  const { code, remedy } = await failure(() => trainer.predict(Uint8Array.of(0, 255) as never));
  expect([code, remedy]).toEqual([
    'DTYPE',
    'pass data.fromArrays({ inputs, shape, scale }), with the scale of the training',
  ]);
});
