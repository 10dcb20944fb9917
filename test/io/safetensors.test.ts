import { execFileSync } from 'node:child_process';
import {
  existsSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ThalwegError, io } from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { newFolder } from '../new-folder.js';

const folder = newFolder();
const file = join(folder, 'x.safetensors');

/** A file with this header text and so many data bytes. */
function write(header: string | Buffer, dataBytes: number): void {
  const text = Buffer.from(header as string);
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(file, Buffer.concat([prefix, text, Buffer.alloc(dataBytes)]));
}
const entry = (begin: number, end: number, shape = `[${(end - begin) / 4}]`): string =>
  `{"dtype":"F32","shape":${shape},"data_offsets":[${begin},${end}]}`;

describe('writing and reading', () => {
  it('is the identity, whatever the tensors', async () => {
    const tensor = fc.record({
      name: fc.string({ minLength: 1 }).filter((name) => name !== '__metadata__'),
      values: fc.float32Array({ maxLength: 20 }),
    });
    const metadata = fc.dictionary(
      fc.string().filter((key) => key !== '__proto__'),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(tensor, { selector: ({ name }) => name, maxLength: 6 }),
        metadata,
        async (list, meta) => {
          const tensors = list.map(({ name, values }) => ({
            name,
            dtype: 'F32' as const,
            shape: [values.length],
            data: values,
          }));
          await io.writeSafetensors(file, tensors, meta);
          const read = await io.readSafetensors(file);
          expect(new Map(Object.entries(read.metadata))).toEqual(new Map(Object.entries(meta)));
          // Empty tensors share an offset with their neighbour, so only the names' set is ordered.
          const byName = new Map(read.tensors.map((item) => [item.name, item]));
          expect(byName.size).toBe(tensors.length);
          for (const { name, shape, data } of tensors) {
            const got = byName.get(name)!;
            expect(got.shape).toEqual(shape);
            expect(
              Buffer.from(got.data.buffer).equals(
                Buffer.from(data.buffer, data.byteOffset, data.byteLength),
              ),
            ).toBe(true);
          }
        },
      ),
      { numRuns: 60 },
    );
    expect(readdirSync(folder)).toEqual(['x.safetensors']); // no temporary file stays
  });

  it('takes metadata of megabytes, full of escapes', async () => {
    const metadata = { text: '"\\'.repeat(4 << 20), '\\': '', '\\"': '\\\\' };
    await io.writeSafetensors(file, [], metadata);
    expect((await io.readSafetensors(file)).metadata).toEqual(metadata);
  });

  it('refuses to write a header that no reader would take', async () => {
    rmSync(file);
    const { code } = await failure(() =>
      io.writeSafetensors(file, [], { text: '"'.repeat(50_000_000) }),
    );
    expect([code, existsSync(file)]).toEqual(['HEADER_LIMIT', false]);
  });

  it('pads the header to 8 bytes and keeps the order', async () => {
    const data = Float32Array.of(1, 2);
    await io.writeSafetensors(file, [
      { name: 'b', dtype: 'F32', shape: [2], data },
      { name: 'a', dtype: 'F32', shape: [], data: Float32Array.of(3) },
    ]);
    const bytes = readFileSync(file);
    const length = Number(bytes.readBigUInt64LE());
    expect(length % 8).toBe(0);
    expect(bytes.length).toBe(8 + length + 12);
    expect((await io.readSafetensors(file)).tensors.map(({ name }) => name)).toEqual(['b', 'a']);
  });
});

describe('a tensor of 2 GiB and more', () => {
  afterEach(() => vi.restoreAllMocks());

  it('is read in pieces, for Node.js aborts at a read of 2 GiB', async () => {
    const size = 2 ** 31 + 8;
    write(`{"a":{"dtype":"U8","shape":[${size}],"data_offsets":[0,${size}]}}`, 0);
    const header = readFileSync(file).length;
    truncateSync(file, header + size); // a hole: takes no disk
    const handle = await open(file);
    const prototype = Object.getPrototypeOf(handle) as { read: (...args: unknown[]) => unknown };
    await handle.close();
    const read = Reflect.get(prototype, 'read') as (...args: unknown[]) => Promise<object>;
    const pieces: number[] = [];
    // Reads of the data are only claimed: they would take 2 GiB of memory.
    vi.spyOn(prototype, 'read').mockImplementation(function (this: unknown, ...args) {
      const [length, at] = args.slice(2) as [number, number];
      if (at < header) return read.apply(this, args);
      pieces.push(length);
      return Promise.resolve({ bytesRead: length });
    });
    const { tensors } = await io.readSafetensors(file);
    expect(tensors[0]!.data.byteLength).toBe(size);
    expect(pieces.reduce((a, b) => a + b)).toBe(size);
    expect(Math.max(...pieces)).toBeLessThan(2 ** 31);
  });
});

describe('reading refuses', () => {
  const metadata = '"__metadata__":{"a":"b"}';
  it.each([
    ['a missing file', () => undefined, 'MISSING', join(folder, 'none')],
    ['a folder', () => undefined, 'UNSAFE_PATH', folder],
    ['a file of 4 bytes', () => writeFileSync(file, 'abcd'), 'TRUNCATED', file],
    [
      'a header beyond the file',
      () => writeFileSync(file, Buffer.from([255, 0, 0, 0, 0, 0, 0, 0, 1])),
      'TRUNCATED',
      file,
    ],
    [
      'a header of 2^60 bytes',
      () => writeFileSync(file, Buffer.from([0, 0, 0, 0, 0, 0, 0, 16])),
      'HEADER_LIMIT',
      file,
    ],
    ['no JSON', () => write('{"a":', 0), 'FORMAT', file],
    ['no object', () => write('[]', 0), 'FORMAT', file],
    ['invalid UTF-8', () => write(Buffer.from([0x7b, 0xff, 0x7d]), 0), 'ENCODING', file],
    ['a key twice', () => write(`{"a":${entry(0, 4)},"a":${entry(0, 4)}}`, 4), 'DUPLICATE', file],
    [
      'an escaped key twice',
      () => write(`{"a":${entry(0, 4)},"\\u0061":${entry(0, 4)}}`, 4),
      'DUPLICATE',
      file,
    ],
    ['a hole', () => write(`{"a":${entry(0, 4)},"b":${entry(8, 12)}}`, 12), 'LAYOUT', file],
    ['an overlap', () => write(`{"a":${entry(0, 8)},"b":${entry(4, 12)}}`, 12), 'LAYOUT', file],
    ['bytes behind the tensors', () => write(`{"a":${entry(0, 4)}}`, 8), 'LAYOUT', file],
    ['missing bytes', () => write(`{"a":${entry(0, 8)}}`, 4), 'TRUNCATED', file],
    ['a shape of another size', () => write(`{"a":${entry(0, 8, '[3]')}}`, 8), 'SHAPE', file],
    ['a negative extent', () => write(`{"a":${entry(0, 4, '[-1]')}}`, 4), 'SHAPE', file],
    [
      'a huge shape',
      () => write(`{"a":${entry(0, 4, '[9007199254740991,9007199254740991]')}}`, 4),
      'OVERFLOW',
      file,
    ],
    [
      'an end of -0',
      () => write(`{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,-0]}}`, 0),
      'FORMAT',
      file,
    ],
    [
      'an unknown type',
      () => write(`{"a":{"dtype":"F8","shape":[],"data_offsets":[0,1]}}`, 1),
      'DTYPE',
      file,
    ],
    [
      'an unknown field',
      () => write(`{"a":{"x":1,"dtype":"U8","shape":[],"data_offsets":[0,1]}}`, 1),
      'FORMAT',
      file,
    ],
    ['metadata that is no text', () => write(`{"__metadata__":{"a":1}}`, 0), 'FORMAT', file],
    ['a tensor that is a number', () => write(`{${metadata},"a":1}`, 0), 'FORMAT', file],
  ])('%s', async (_, prepare, code, path) => {
    prepare();
    expect((await failure(() => io.readSafetensors(path))).code).toBe(code);
  });

  it('a FIFO, without waiting for a writer', async () => {
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    expect((await failure(() => io.readSafetensors(fifo))).code).toBe('UNSAFE_PATH');
  });

  it('every damaged header, or reads it: nothing else happens', async () => {
    const whole = Buffer.from(`{${metadata},"a":${entry(0, 8)},"b":${entry(8, 12)}}`);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }),
        async (changes) => {
          const bytes = Buffer.from(whole);
          for (const [at, value] of changes) bytes[at] = value;
          write(bytes, 12);
          try {
            await io.readSafetensors(file);
          } catch (error) {
            expect(error).toBeInstanceOf(ThalwegError);
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe('writing refuses', () => {
  it('a name twice and a wrong size, and leaves no file', async () => {
    const other = join(folder, 'never');
    const tensor = { name: 'a', dtype: 'F32', shape: [1], data: new Float32Array(1) } as const;
    expect((await failure(() => io.writeSafetensors(other, [tensor, tensor]))).code).toBe(
      'DUPLICATE',
    );
    const wrong = { ...tensor, shape: [2] };
    expect((await failure(() => io.writeSafetensors(other, [wrong]))).code).toBe('SHAPE');
    expect(readdirSync(folder)).not.toContain('never');
  });
});
