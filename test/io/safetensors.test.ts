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
import { isDamage } from '../../src/checkpoint/folder.js';
import { ThalwegError, io } from '../../src/index.js';
import { countReads } from '../oracle/count-reads.js';
import { failure } from '../oracle/failure.js';
import { newFolder } from '../new-folder.js';

const folder = newFolder();
const file = join(folder, 'x.safetensors');

const resizable = (length: number): ArrayBuffer =>
  new (ArrayBuffer as unknown as new (length: number, options: object) => ArrayBuffer)(length, {
    maxByteLength: 2 * length,
  });
const manyTexts = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [String(i), '']));

/** Writes a file with this header text and this many data bytes. */
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
          // Empty tensors share an offset with a neighbour, so the order may differ: names find the
          // tensors.
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
    expect(readdirSync(folder)).toEqual(['x.safetensors']); // the temporary file is gone
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
    truncateSync(file, header + size); // the hole takes no disk
    const handle = await open(file);
    const prototype = Object.getPrototypeOf(handle) as { read: (...args: unknown[]) => unknown };
    await handle.close();
    const read = Reflect.get(prototype, 'read') as (...args: unknown[]) => Promise<object>;
    const pieces: number[] = [];
    // The reads of the data only claim to be done, for the data would take 2 GiB of memory.
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

describe('a header or file beyond the limits', () => {
  it.each([
    ['nesting', `{"a":${'['.repeat(8e6)}`, 'DEPTH'],
    ['values', `{"a":[${'{},'.repeat(2.5e6)}{}]}`, 'OVERFLOW'],
    ['keys that stand twice', `{${'"a":1,'.repeat(1e6)}"b":1}`, 'DUPLICATE'],
    ['no object', ' '.repeat(8e6), 'FORMAT'],
    ['bytes that are no text', Buffer.alloc(8e6, '{\xff', 'latin1'), 'ENCODING'],
  ])('is refused while it is read: too much of %s', async (_, header, code) => {
    write(header, 0);
    const bytesRead = countReads();
    const error = await failure(() => io.readSafetensors(file));
    expect([error.code, isDamage(error)]).toEqual([code, true]);
    expect(bytesRead()).toBeLessThan(4.5e6); // the files have 6 to 8 million
  });

  it('is RANK with too many dimensions, and its text in the error is cut off', async () => {
    const name = 'x'.repeat(1e6);
    write(`{"${name}":{"dtype":"U8","shape":[${'1,'.repeat(64)}1],"data_offsets":[0,1]}}`, 1);
    const error = await failure(() => io.readSafetensors(file));
    expect([error.code, isDamage(error)]).toEqual(['RANK', true]);
    expect(error.message.length).toBeLessThan(500);
  });

  it('is MEMORY with more data than any machine holds, before it is read', async () => {
    const bytes = 2 ** 42;
    write(
      `{"a":{"dtype":"U8","shape":[${bytes}],"data_offsets":[0,${bytes}]},` +
        `"b":{"dtype":"F32","shape":[1],"data_offsets":[${bytes},${bytes + 4}]}}`,
      0,
    );
    const header = readFileSync(file).length;
    truncateSync(file, header + bytes + 4); // the hole takes no disk
    const bytesRead = countReads();
    const { code, remedy } = await failure(() => io.readSafetensors(file));
    expect([code, remedy]).toEqual(['MEMORY', 'name the tensors that are needed: { names: […] }']);
    expect(bytesRead()).toBe(header);
    const { tensors } = await io.readSafetensors(file, { names: ['b'] });
    expect(tensors.map(({ name, data }) => [name, data.byteLength])).toEqual([['b', 4]]);
    expect(bytesRead()).toBe(2 * header + 4);
  });
});

describe('tensors by name', () => {
  const tensors = ['a', 'b', 'c'].map((name, i) => ({
    name,
    dtype: 'U8' as const,
    shape: [1],
    data: Uint8Array.of(i),
  }));

  it('are read alone, in the order of the file', async () => {
    await io.writeSafetensors(file, tensors);
    const read = await io.readSafetensors(file, { names: ['c', 'a', 'c'] });
    expect(read.tensors.map(({ name }) => name)).toEqual(['a', 'c']);
    expect((await io.readSafetensors(file, { names: [] })).tensors).toEqual([]);
  });

  it.each([
    [{ names: ['a', 'x'] }, 'MISSING'],
    [{ names: 'a' }, 'TYPE'],
    [{ names: [1] }, 'TYPE'],
    [{ name: ['a'] }, 'UNKNOWN_OPTION'],
    [null, 'TYPE'],
  ])('%j is %s', async (options, code) => {
    await io.writeSafetensors(file, tensors);
    expect((await failure(() => io.readSafetensors(file, options as never))).code).toBe(code);
  });
});

describe('element types', () => {
  const bits = {
    BOOL: 8,
    U8: 8,
    I8: 8,
    I16: 16,
    U16: 16,
    F16: 16,
    BF16: 16,
    I32: 32,
    U32: 32,
    F32: 32,
    F64: 64,
    I64: 64,
    U64: 64,
    C64: 64,
    F8_E4M3: 8,
    F8_E5M2: 8,
    F8_E8M0: 8,
    F6_E2M3: 6,
    F6_E3M2: 6,
    F4: 4,
  };

  it.each(Object.entries(bits))('%s of %i bits are written and read', async (dtype, each) => {
    const bytes = Uint8Array.from({ length: each }, (_, i) => i + 1); // 8 elements, so as many bytes as one has bits
    const tensor = { name: 'a', dtype: dtype as io.SafetensorsType, shape: [2, 4], data: bytes };
    await io.writeSafetensors(file, [tensor]);
    expect((await io.readSafetensors(file)).tensors).toEqual([tensor]);
  });

  it('are refused if they end within a byte', async () => {
    write('{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}}', 1);
    expect((await failure(() => io.readSafetensors(file))).code).toBe('SHAPE');
    const tensor = { name: 'a', dtype: 'F4', shape: [3], data: new Uint8Array(2) } as const;
    expect((await failure(() => io.writeSafetensors(file, [tensor]))).code).toBe('SHAPE');
  });
});

describe('writing takes what the arrays hold when it is called', () => {
  it('whatever becomes of them', async () => {
    const data = new Uint8Array(1 << 20).fill(1);
    const shape = [1 << 20];
    const tensors = [{ name: 'a', dtype: 'U8' as const, shape, data }];
    const metadata: Record<string, string> = { a: 'b' };
    const writing = io.writeSafetensors(file, tensors, metadata);
    data.fill(2);
    shape.push(7);
    tensors.pop();
    metadata['a'] = 'c';
    structuredClone(data.buffer, { transfer: [data.buffer] });
    await writing;
    const read = await io.readSafetensors(file);
    expect([read.tensors[0]!.shape, read.metadata]).toEqual([[1 << 20], { a: 'b' }]);
    expect((read.tensors[0]!.data as Uint8Array).every((value) => value === 1)).toBe(true);
  });

  it('takes a DataView and a part of a buffer too', async () => {
    const buffer = Uint8Array.from({ length: 16 }, (_, i) => i).buffer;
    await io.writeSafetensors(file, [
      { name: 'a', dtype: 'U8', shape: [3], data: new DataView(buffer, 2, 3) },
      { name: 'b', dtype: 'I16', shape: [2], data: new Int16Array(buffer, 4, 2) },
    ]);
    const { tensors } = await io.readSafetensors(file);
    expect(tensors.map(({ data }) => [...(data as Uint8Array)])).toEqual([
      [2, 3, 4],
      [4, 5, 6, 7],
    ]);
  });
});

describe('writing refuses, and keeps what was there:', () => {
  const one = { name: 'a', dtype: 'U8', shape: [1], data: new Uint8Array(1) };
  const detached = new Uint8Array(1);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  const tensor = (change: object): unknown[] => [[{ ...one, ...change }]];
  const metadata = (value: unknown): unknown[] => [[one], value];
  it.each<[string, unknown[], string]>([
    ['negative extents', tensor({ shape: [-1, -1] }), 'SHAPE'],
    ['halves', tensor({ shape: [0.5, 2] }), 'SHAPE'],
    ['extents in text', tensor({ shape: ['1'] }), 'SHAPE'],
    ['a hole in the shape', tensor({ shape: Array(1) }), 'SHAPE'],
    ['an extent of -0', tensor({ shape: [-0], data: new Uint8Array() }), 'SHAPE'],
    ['no shape', tensor({ shape: undefined }), 'SHAPE'],
    ['a shape in an object', tensor({ shape: { length: 0 } }), 'SHAPE'],
    ['65 dimensions', tensor({ shape: Array(65).fill(1) }), 'RANK'],
    ['a shape of 2^60', tensor({ shape: [2 ** 30, 2 ** 30] }), 'OVERFLOW'],
    ['a shape beyond a double', tensor({ shape: Array(64).fill(2 ** 52) }), 'OVERFLOW'],
    ['no name', tensor({ name: undefined }), 'TYPE'],
    ['a number as name', tensor({ name: 1 }), 'TYPE'],
    ['half a surrogate pair as name', tensor({ name: '\ud800' }), 'ENCODING'],
    ['the name of the metadata', tensor({ name: '__metadata__' }), 'DUPLICATE'],
    ['no data', tensor({ data: undefined }), 'TYPE'],
    ['data in a list', tensor({ data: [1] }), 'TYPE'],
    ['detached data', tensor({ data: detached }), 'DETACHED'],
    ['resizable data', tensor({ data: new Uint8Array(resizable(1)) }), 'RESIZABLE'],
    ['shared data', tensor({ data: new Uint8Array(new SharedArrayBuffer(1)) }), 'TYPE'],
    ['no type', tensor({ dtype: undefined }), 'DTYPE'],
    ['an inherited type', tensor({ dtype: 'toString' }), 'DTYPE'],
    ['too little data', tensor({ shape: [2] }), 'SHAPE'],
    ['no tensors', [null], 'TYPE'],
    ['no list of tensors', [one], 'TYPE'],
    ['no tensor', [[null]], 'TYPE'],
    ['a hole among the tensors', [Array(1)], 'TYPE'],
    ['a name twice', [[one, one]], 'DUPLICATE'],
    ['metadata of numbers', metadata({ a: 5 }), 'TYPE'],
    ['nested metadata', metadata({ a: { b: '1' } }), 'TYPE'],
    ['metadata of null', metadata({ a: null }), 'TYPE'],
    ['metadata of undefined', metadata({ a: undefined }), 'TYPE'],
    ['null as metadata', metadata(null), 'TYPE'],
    ['a list as metadata', metadata(['a']), 'TYPE'],
    ['a Map as metadata', metadata(new Map([['a', 'b']])), 'TYPE'],
    ['half a surrogate pair in metadata', metadata({ a: '\udc00' }), 'ENCODING'],
    ['more metadata than is read', metadata(manyTexts(2 ** 20)), 'OVERFLOW'],
  ])('%s', async (_, given, code) => {
    await io.writeSafetensors(file, [{ ...one, name: 'good' } as io.SafetensorsTensor]);
    const before = readFileSync(file);
    const refused = () => io.writeSafetensors(file, ...(given as [never, never]));
    expect((await failure(refused)).code).toBe(code);
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('a file that is none', async () => {
    expect((await failure(() => io.writeSafetensors(5 as never, []))).code).toBe('TYPE');
  });
});
