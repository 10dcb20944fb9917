/** What an addon's file says of itself, read before it is loaded: the loader tells less, or crashes. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type ErrorFields, ThalwegError } from '../errors.js';

/** Node.js's names of the processor families that ELF numbers. */
const families: Readonly<Record<number, string>> = {
  0x03: 'ia32',
  0x15: 'ppc64',
  0x16: 's390x',
  0x28: 'arm',
  0x3e: 'x64',
  0xb7: 'arm64',
  0xf3: 'riscv64',
  0x102: 'loong64',
};

const headerBytes = 64;

interface Header {
  readonly bytes: Buffer;
  /** Of the file. */
  readonly size: number;
}

/** The first bytes; undefined where the file cannot be read, which the loader will say. */
function readHeader(file: string): Header | undefined {
  let handle: number | undefined;
  try {
    handle = openSync(file, 'r');
    const bytes = Buffer.alloc(headerBytes);
    readSync(handle, bytes, 0, headerBytes, 0);
    return { bytes, size: fstatSync(handle).size };
  } catch {
    return undefined;
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/** Where the file ends by its own account: after the table of its sections. */
function wholeSize(bytes: Buffer): number {
  return Number(bytes.readBigUInt64LE(40)) + bytes.readUInt16LE(58) * bytes.readUInt16LE(60);
}

/** What is wrong with a file that is to be a library for this processor. */
function fault({ bytes, size }: Header): Omit<ErrorFields, 'path'> | undefined {
  const again = 'install the package again, or build it from a clone with script/build';
  if (bytes.readUInt32BE(0) !== 0x7f454c46)
    return {
      code: 'FORMAT',
      received: size === 0 ? 'an empty file' : 'a file of another kind',
      expected: 'a shared library',
      remedy: again,
    };
  const is64 = bytes[4] === 2 && bytes[5] === 1;
  const family = families[bytes.readUInt16LE(18)];
  if (!is64 || family !== process.arch)
    return {
      code: 'UNSUPPORTED',
      received: `a library for ${(is64 && family) || 'another processor'}`,
      expected: `one for ${process.arch}`,
      remedy: 'install the package on this machine; a node_modules from another one does not fit',
    };
  if (size >= wholeSize(bytes)) return undefined;
  return {
    code: 'TRUNCATED',
    received: `${size} bytes`,
    expected: `${wholeSize(bytes)} bytes`,
    remedy: again,
  };
}

/**
 * Refuses a file that is no whole library for this processor. Node.js loads what ends in `.node` as a
 * library, and nothing else.
 *
 * @throws ThalwegError FORMAT, TRUNCATED, UNSUPPORTED
 */
export function checkElf(file: string): void {
  if (process.platform !== 'linux' || !file.endsWith('.node')) return;
  const header = readHeader(file);
  const found = header && fault(header);
  if (found !== undefined) throw new ThalwegError({ ...found, path: file });
}
