/**
 * Getters, proxies, functions and lying arrays run code of the caller while a call reads its
 * arguments. They take away memory that the call is about to use.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { type ThalwegError, Trainer, data, nn, optim } from '../../src/index.js';
import { failure } from '../oracle/failure.js';

const detach = ({ buffer }: { buffer: ArrayBufferLike }): void =>
  void structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
const ones = (length = 1000): Float32Array => new Float32Array(length).fill(1);
const all = (array: Float32Array, value: number): boolean => array.every((x) => x === value);

/** An array that claims another length than it has. */
const lying = <T extends ArrayBufferView>(array: T, length: number): T =>
  Object.defineProperty(array, 'length', { value: length });

describe('a step', () => {
  let a: Float32Array;
  let b: Float32Array;
  let stepper: ReturnType<typeof optim.bind>;
  beforeEach(() => {
    [a, b] = [ones(), ones()];
    stepper = optim.bind(optim.sgd({ learningRate: 1 }), { a, b });
  });
  const code = async (gradients: object) =>
    (await failure(() => stepper.step(gradients as never))).code;

  it('is refused if a getter detaches a parameter, and changes nothing', async () => {
    const evil = {
      a: ones(),
      get b() {
        detach(a);
        return ones();
      },
    };
    expect(await code(evil)).toBe('DETACHED');
    expect([all(b, 1), stepper.steps]).toEqual([true, 0]);
  });

  it('is refused if a getter detaches another gradient, the first time and later', async () => {
    const good = { a: ones(), b: ones() };
    stepper.step(good);
    for (const victim of [good.a, ones()]) {
      const evil = {
        a: victim,
        get b() {
          detach(victim);
          return good.b;
        },
      };
      expect(await code(evil)).toBe('DETACHED');
    }
    expect([all(a, 0), all(b, 0), stepper.steps]).toEqual([true, true, 1]);
  });

  it('is refused if a proxy detaches a parameter while its keys are listed', async () => {
    const evil = new Proxy(
      { a: ones(), b: ones() },
      {
        ownKeys(target) {
          detach(b);
          return Reflect.ownKeys(target);
        },
      },
    );
    expect(await code(evil)).toBe('DETACHED');
    expect(all(a, 1)).toBe(true);
  });

  it('is not misled by a length of its own on a detached array', async () => {
    const good = { a: ones(), b: ones() };
    stepper.step(good);
    for (const victim of [good.a, a]) {
      lying(victim, 1000);
      detach(victim);
      expect(await code(good)).toBe('DETACHED');
    }
    expect(all(b, 0)).toBe(true);
  });

  it('is refused if its learning rate function detaches a parameter', async () => {
    const learningRate = (): number => {
      if (a.length > 0) detach(a);
      return 1;
    };
    using other = optim.bind(optim.sgd({ learningRate }), { a, b });
    expect((await failure(() => other.step({ a: ones(), b: ones() }))).code).toBe('DETACHED');
    expect(all(b, 1)).toBe(true);
  });

  it('is BUSY within another step, wherever it comes from, and the outer one goes on', async () => {
    const inner: Promise<ThalwegError>[] = [];
    stepper.step({
      a: ones(),
      get b() {
        inner.push(failure(() => stepper.step({ a: ones(), b: ones() })));
        inner.push(failure(() => stepper.state()));
        inner.push(failure(() => stepper.restore({} as never)));
        return ones();
      },
    });
    const codes = (await Promise.all(inner)).map(({ code }) => code);
    expect(codes).toEqual(['BUSY', 'BUSY', 'BUSY']);
    expect([all(a, 0), stepper.steps]).toEqual([true, 1]);
  });

  it('is DISPOSED if a getter disposes of the stepper', async () => {
    const evil = {
      a: ones(),
      get b() {
        stepper.dispose();
        return ones();
      },
    };
    expect(await code(evil)).toBe('DISPOSED');
    expect([all(a, 1), all(b, 1)]).toEqual([true, true]);
  });
});

it('a state whose getter detaches a slot is refused, and changes nothing', async () => {
  const [a, b] = [ones(8), ones(8)];
  using stepper = optim.bind(optim.momentum(), { a, b });
  stepper.step({ a: ones(8), b: ones(8) });
  const before = stepper.state();
  const state = stepper.state();
  const [slot = ''] = Object.keys(state.slots['a']!);
  const evil = {
    ...state,
    slots: {
      a: state.slots['a'],
      get b() {
        detach(state.slots['a']![slot]!);
        return state.slots['b'];
      },
    },
  };
  expect((await failure(() => stepper.restore(evil as never))).code).toBe('DETACHED');
  expect(stepper.state()).toEqual(before);
});

describe('data sets and trainers', () => {
  const model = nn.sequential({ input: [4] }, nn.dense(3));
  const make = (): Trainer =>
    new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.sgd(), seed: 1 });

  it('fromArrays sees an array that a getter detached, and one that lies', async () => {
    const inputs = new Uint8Array(8);
    const evil = {
      inputs,
      shape: [2, 4],
      get scale() {
        detach(inputs);
        return 1;
      },
    };
    expect((await failure(() => data.fromArrays(evil))).code).toBe('DETACHED');
    const long = lying(ones(8), 4_000_000);
    const claimed = { inputs: long, shape: [1_000_000, 4] };
    expect((await failure(() => data.fromArrays(claimed))).code).toBe('SHAPE');
    const labels = lying(new Int32Array(1), 2);
    const short = { inputs: ones(8), shape: [2, 4], labels };
    expect((await failure(() => data.fromArrays(short))).code).toBe('SHAPE');
  });

  it('predict sees the same', async () => {
    using trainer = make();
    const inputs = ones(8);
    const options = {
      get batchSize() {
        detach(inputs);
        return 1;
      },
    };
    expect((await failure(() => trainer.predict(inputs, options))).code).toBe('DETACHED');
    expect((await failure(() => trainer.predict(lying(ones(4), 4_000_000)))).code).toBe('SHAPE');
  });

  it('setParameters sees the same, and changes nothing', async () => {
    using trainer = make();
    const before = trainer.parameters();
    const weight = ones(12);
    const evil = {
      'dense1.weight': weight,
      get 'dense1.bias'() {
        detach(weight);
        return ones(3);
      },
    };
    expect((await failure(() => trainer.setParameters(evil))).code).toBe('DETACHED');
    expect(trainer.parameters()).toEqual(before);
  });

  it('gradients checks rows that a forEach of their own hides', async () => {
    using set = data.fromArrays({ inputs: ones(8), shape: [2, 4], labels: new Int32Array(2) });
    using trainer = make();
    const rows = Object.assign(Uint32Array.of(0, 4_000_000_000), { forEach: () => undefined });
    expect((await failure(() => trainer.gradients(set, rows))).code).toBe('RANGE');
    expect((await failure(() => trainer.gradients(set, new Uint32Array(0)))).code).toBe('RANGE');
  });

  it('gather refuses targets over its indices, and targets that lie', async () => {
    using set = data.fromArrays({
      inputs: ones(4000),
      shape: [1000, 4],
      labels: new Int32Array(1000),
    });
    const buffer = new ArrayBuffer(64);
    const indices = new Uint32Array(buffer, 32, 4);
    const gather = async (targets: object) =>
      (await failure(() => data.gather(set, indices, targets))).code;
    expect(await gather({ inputs: new Float32Array(buffer) })).toBe('ALIAS');
    expect(await gather({ labels: new Int32Array(buffer, 16, 8) })).toBe('ALIAS');
    const inputs = ones(16);
    expect(await gather({ inputs, labels: new Int32Array(inputs.buffer) })).toBe('ALIAS');
    expect(await gather({ inputs: lying(ones(1), 16) })).toBe('SHAPE');
    expect([...indices]).toEqual([0, 0, 0, 0]);
  });

  it('an array that was copied can be detached during its use', async () => {
    const inputs = ones(4000);
    const labels = new Int32Array(1000);
    using set = data.fromArrays({ inputs, shape: [1000, 4], labels });
    using first = make();
    using second = make();
    const expected = await first.fit(set, { epochs: 5 });
    const running = second.fit(set, { epochs: 5 });
    detach(inputs);
    detach(labels);
    expect((await running).epochs.map(({ loss }) => loss)).toEqual(
      expected.epochs.map(({ loss }) => loss),
    );
    const rows = ones(4000);
    const predicting = second.predict(rows);
    detach(rows);
    expect(await predicting).toEqual(await second.predict(ones(4000)));
  });
});
