/** Reads and writes this process's memory from outside, as a hardware error does. */
import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';

/** Larger regions, in bytes, are passed over. */
const most = 2 ** 26;

/**
 * Finds the addresses at which the bytes lie at the beginning of a page of private memory. A
 * trainer's first tensor lies so, and no copy that JavaScript or malloc has made.
 */
export function addressesOf(bytes: Uint8Array): number[] {
  const file = openSync('/proc/self/mem', 'r');
  const found: number[] = [];
  try {
    for (const line of readFileSync('/proc/self/maps', 'utf8').split('\n')) {
      const [range = '', access, , , inode, path = ''] = line.split(/\s+/);
      if (access !== 'rw-p' || inode !== '0' || path.startsWith('[v')) continue;
      const [begin, end] = range.split('-').map((each) => Number.parseInt(each, 16));
      if (end! - begin! > most) continue;
      const region = Buffer.alloc(end! - begin!);
      try {
        readSync(file, region, 0, region.length, begin!);
      } catch {
        continue; // another thread has unmapped it
      }
      for (let at = region.indexOf(bytes); at >= 0; at = region.indexOf(bytes, at + 1))
        if (at % 4096 === 0) found.push(begin! + at);
    }
  } finally {
    closeSync(file);
  }
  return found;
}

/** Flips the lowest bit of each byte. */
export function flip(addresses: readonly number[]): void {
  const file = openSync('/proc/self/mem', 'r+');
  const byte = Buffer.alloc(1);
  try {
    for (const address of addresses) {
      readSync(file, byte, 0, 1, address);
      byte[0]! ^= 1;
      writeSync(file, byte, 0, 1, address);
    }
  } finally {
    closeSync(file);
  }
}
