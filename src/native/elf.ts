/**
 * Checks the ELF header of an addon's file before the system loads it. The system's loader gives vaguer
 * errors for a damaged file, or crashes.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type ErrorFields, ThalwegError } from '../errors.js';

/** Node.js's name of each processor family, by its number in ELF. */
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
  /** The size of the file in bytes. */
  readonly size: number;
}

/** Reads the first bytes; undefined where the file cannot be read. The loader reports that fault later. */
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

/** Returns the size that the header implies, because a file ends with its section table. */
function wholeSize(bytes: Buffer): number {
  return Number(bytes.readBigUInt64LE(40)) + bytes.readUInt16LE(58) * bytes.readUInt16LE(60);
}

/** Returns the reason why a file is no library for this processor; undefined where it is one. */
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
 * Refuses a file that is not a complete library for this processor. Only a file whose name ends in
 * `.node` is checked, because Node.js loads no other as a library.
 *
 * @throws ThalwegError FORMAT, TRUNCATED, UNSUPPORTED
 */
export function checkElf(file: string): void {
  if (process.platform !== 'linux' || !file.endsWith('.node')) return;
  const header = readHeader(file);
  const found = header && fault(header);
  if (found !== undefined) throw new ThalwegError({ ...found, path: file });
}
