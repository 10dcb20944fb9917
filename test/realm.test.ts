/**
 * Jest and vitest's vmThreads run each test file in a realm of its own, and the addon in the first.
 */
import { createContext, runInContext } from 'node:vm';
import { afterAll, describe, expect, it } from 'vitest';
import { ThalwegError, Trainer, data, nn, optim } from '../src/index.js';
import { native } from '../src/native.js';

const realm = runInContext(
  '({ Float32Array, Float64Array, Uint32Array, Uint8Array, Int32Array })',
  createContext({}),
) as typeof globalThis;
const make = (): Trainer =>
  new Trainer({
    model: nn.sequential({ input: [1] }, nn.dense(1)),
    loss: 'meanSquaredError',
    optimizer: optim.momentum(),
  });

describe('arrays', () => {
  const own = { Float32Array, Float64Array, Uint32Array, Uint8Array };
  afterAll(() => native.initialize(ThalwegError, own));

  it('are of the realm that loaded the library last', async () => {
    using trainer = make();
    native.initialize(ThalwegError, realm);
    const isTheirs = (value: unknown): boolean => value instanceof realm.Float32Array;
    expect(isTheirs(await trainer.predict(Float32Array.of(1)))).toBe(true);
    expect(Object.values(trainer.parameters()).every(isTheirs)).toBe(true);
    native.initialize(ThalwegError, own);
    expect(await trainer.predict(Float32Array.of(0))).toBeInstanceOf(Float32Array);
  });

  it('are accepted from another realm', async () => {
    using set = data.fromArrays({
      inputs: realm.Float32Array.of(1, 2),
      shape: [2, 1],
      labels: realm.Int32Array.of(0, 1),
    });
    expect([set.labelKind, set.labelWidth]).toEqual(['sparse', 1]);
    const bytes = realm.Uint8Array.of(1, 2);
    using scaled = data.fromArrays({ inputs: bytes, shape: [2, 1], labels: bytes, scale: 2 });
    expect([...data.gather(scaled, realm.Uint32Array.of(1)).inputs]).toEqual([4]);
    expect([...data.gather(scaled, realm.Float64Array.of(0)).inputs]).toEqual([2]);
    using trainer = make();
    expect((await trainer.predict(realm.Float32Array.of(1, 2))).length).toBe(2);
    expect(data.balancedWeights(bytes)).toEqual(Float64Array.of(1, 1));
    using sampling = data.weighted({ weights: realm.Float32Array.of(1, 1) });
    expect(sampling.draws).toBe(2);
    expect(data.parseIdx(realm.Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7)).data).toEqual(
      Uint8Array.of(7),
    );
  });
});
