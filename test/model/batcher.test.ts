/** Calls join batches as soon and as long as the options say. */
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { Batcher } from '../../src/model/batcher.js';

/** Returns a batcher over a function that puts its inputs out, and counts its calls. */
function echo(options: { batchSize?: number; maxWait?: number } = {}) {
  const predict = vi.fn(async (inputs: Float32Array) => {
    await setImmediate();
    return inputs.slice();
  });
  const unused = () => {
    throw new Error('nobody calls it');
  };
  const cancel = vi.fn();
  const native = { predict, cancel, predictRow: unused, checkInputs: unused, bytes: unused };
  const batcher = new Batcher(
    { ...native, dispose: unused },
    { features: 1, outputs: 1, batchSize: 4, maxWait: 0, ...options },
  );
  const call = async (value: number, signal?: AbortSignal): Promise<number> =>
    (await batcher.call(Float32Array.of(value), false, signal))[0]!;
  return { batcher, call, predict, cancel };
}

describe('calls', () => {
  it('make one batch where they come in one turn of the event loop', async () => {
    const { call, predict } = echo({ batchSize: 100 });
    expect(await Promise.all([1, 2, 3].map((i) => call(i)))).toEqual([1, 2, 3]);
    expect(predict).toHaveBeenCalledTimes(1);
    expect(predict.mock.calls[0]![0]).toEqual(Float32Array.of(1, 2, 3));
  });

  it('make further batches beyond batchSize, and those that arrive meanwhile join', async () => {
    const { call, predict } = echo();
    const first = [1, 2, 3, 4, 5, 6].map((i) => call(i));
    await first[0];
    const second = [7, 8].map((i) => call(i));
    expect(await Promise.all([...first, ...second])).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const sizes = predict.mock.calls.map(([{ length }]) => length);
    expect(sizes.reduce((a, b) => a + b)).toBe(8);
    expect(Math.max(...sizes)).toBe(4);
    expect(sizes.length).toBeLessThan(4);
  });

  it('wait for others up to maxWait, or until a batch is full', async () => {
    const { call, predict } = echo({ maxWait: 1e9 });
    const calls = [1, 2, 3].map((i) => call(i));
    await setImmediate();
    expect(predict).not.toHaveBeenCalled();
    calls.push(call(4));
    expect(await Promise.all(calls)).toEqual([1, 2, 3, 4]);
    expect(predict).toHaveBeenCalledTimes(1);
  });

  it('run once their time is over', async () => {
    const { call, predict } = echo({ maxWait: 5, batchSize: 1000 });
    expect(await Promise.all([call(1), call(2)])).toEqual([1, 2]);
    expect(predict).toHaveBeenCalledTimes(1);
  });

  it('leave their batch where they are aborted, and an empty batch is cancelled', async () => {
    const { call, predict, cancel } = echo({ maxWait: 1e9, batchSize: 2 });
    const [one, two] = [new AbortController(), new AbortController()];
    const waiting = call(1, one.signal);
    one.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'ABORTED' });
    const running = [call(2, two.signal), call(3, two.signal)];
    await Promise.resolve();
    await Promise.resolve();
    expect(predict).toHaveBeenCalledTimes(1);
    two.abort();
    for (const each of running) await expect(each).rejects.toMatchObject({ code: 'ABORTED' });
    expect(cancel).toHaveBeenCalledTimes(1);
    expect(await Promise.all([call(4), call(5)])).toEqual([4, 5]);
  });

  it('share an error of their batch, and the next batch runs', async () => {
    const { call, predict } = echo();
    predict.mockRejectedValueOnce(new Error('broken'));
    const ends = await Promise.allSettled([call(1), call(2)]);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await call(3)).toBe(3);
  });
});
