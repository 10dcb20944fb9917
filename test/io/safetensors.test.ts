/** Files of tensors are written and read as they are. */
import { existsSync, readFileSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { open } from 'node:fs/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { io } from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { file, folder, write } from './safetensors-files.js';

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
