/** Weights come from files of other makers, and from files that hold more than is needed. */
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { Trainer, io, nn, optim } from '../../src/index.js';
import { newFolder } from '../new-folder.js';
import { countReads } from '../oracle/count-reads.js';
import { failure } from '../oracle/failure.js';

const file = join(newFolder(), 'weights.safetensors');
const trainer = new Trainer({
  model: nn.sequential({ input: [2] }, nn.dense(1)),
  loss: 'meanSquaredError',
  optimizer: optim.sgd(),
  memoryLimit: 50e6,
});
afterAll(() => trainer.dispose());

const bias = { name: 'dense1.bias', dtype: 'F32', shape: [1], data: Float32Array.of(5) } as const;
const weight = (dtype: io.SafetensorsType, data: ArrayBufferView): io.SafetensorsTensor => ({
  name: 'dense1.weight',
  dtype,
  shape: [2, 1],
  data,
});
const values = (): number[] => [...trainer.parameters()['dense1.weight']!];
let before: number[];
beforeEach(() => {
  before = values();
});

describe('weights of another type', () => {
  it.each<[io.SafetensorsType, ArrayBufferView]>([
    ['F16', Uint16Array.of(0x3c00, 0xc000)],
    ['BF16', Uint16Array.of(0x3f80, 0xc000)],
    ['F64', Float64Array.of(1, -2)],
    ['F32', Float32Array.of(1, -2)],
  ])('%s become float32', async (dtype, data) => {
    await io.writeSafetensors(file, [weight(dtype, data), bias]);
    const { loaded, kept } = await trainer.loadWeights(file);
    expect([loaded, kept]).toEqual([['dense1.weight', 'dense1.bias'], []]);
    expect(values()).toEqual([1, -2]);
    expect([...trainer.parameters()['dense1.bias']!]).toEqual([5]);
  });

  it('are refused as whole numbers', async () => {
    await io.writeSafetensors(file, [weight('I32', Int32Array.of(1, 2)), bias]);
    const { code, received, expected } = await failure(() => trainer.loadWeights(file));
    expect([code, received]).toEqual(['MISMATCH', 'I32 [2, 1]']);
    expect(expected).toBe('F32 [2, 1], or F64, F16 or BF16');
    expect(values()).toEqual(before);
  });

  it('are refused beyond float32, and nothing changes', async () => {
    await io.writeSafetensors(file, [bias, weight('F64', Float64Array.of(1, 1e300))]);
    const { code, path } = await failure(() => trainer.loadWeights(file));
    expect([code, path]).toEqual(['RANGE', `${file}: dense1.weight[1]`]);
    expect(values()).toEqual(before);
    expect([...trainer.parameters()['dense1.bias']!]).not.toEqual([6]);
  });

  it('may stand beside the weights that are read if they hold no number', async () => {
    const scale = { name: 'scale', dtype: 'F8_E8M0', shape: [4], data: new Uint8Array(4) } as const;
    await io.writeSafetensors(file, [weight('F16', Uint16Array.of(0, 0x3c00)), bias, scale]);
    expect((await failure(() => trainer.loadWeights(file))).code).toBe('MISMATCH');
    expect((await trainer.loadWeights(file, { match: 'overlap' })).unused).toEqual(['scale']);
    expect(values()).toEqual([0, 1]);
  });
});

describe('a file of terabytes', () => {
  const large = 2 ** 42;
  /** Makes a header of these tensors by name, and a hole of as many bytes. */
  function writeSparse(tensors: Record<string, [shape: number[], bytes: number]>): number {
    let at = 0;
    const entries = Object.entries(tensors).map(([name, [shape, bytes]]) => [
      name,
      { dtype: bytes === large ? 'U8' : 'F32', shape, data_offsets: [at, (at += bytes)] },
    ]);
    const text = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    writeFileSync(file, Buffer.concat([length, text]));
    const head = readFileSync(file).length;
    truncateSync(file, head + at);
    return head;
  }

  it('the weights of the model are read, and no more', async () => {
    const head = writeSparse({
      other: [[large], large],
      'dense1.weight': [[2, 1], 8],
      'dense1.bias': [[1], 4],
    });
    const bytesRead = countReads();
    const { unused } = await trainer.loadWeights(file, { match: 'overlap' });
    expect([unused, bytesRead()]).toEqual([['other'], head + 12]);
    expect(values()).toEqual([0, 0]);
  });

  it('its header suffices to refuse weights that do not fit', async () => {
    const head = writeSparse({ 'dense1.weight': [[large], large], 'dense1.bias': [[1], 4] });
    const bytesRead = countReads();
    expect((await failure(() => trainer.loadWeights(file))).code).toBe('MISMATCH');
    expect(bytesRead()).toBe(head);
  });
});
