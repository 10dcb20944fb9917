/** Files of tensors that are refused, and writes that are. */
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDamage } from '../../src/checkpoint/folder.js';
import { ThalwegError, io } from '../../src/index.js';
import { countReads } from '../oracle/count-reads.js';
import { failure } from '../oracle/failure.js';
import { file, folder, write } from './safetensors-files.js';

const resizable = (length: number): ArrayBuffer =>
  new (ArrayBuffer as unknown as new (length: number, options: object) => ArrayBuffer)(length, {
    maxByteLength: 2 * length,
  });

const manyTexts = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [String(i), '']));

const entry = (begin: number, end: number, shape = `[${(end - begin) / 4}]`): string =>
  `{"dtype":"F32","shape":${shape},"data_offsets":[${begin},${end}]}`;

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
