/** How much memory a trainer may hold. */
import { usableMemory } from '../machine/memory.js';
import { checkNumber } from '../options.js';

/** Bytes; undefined where the device has a memory of its own, which says itself when it is full. */
export function checkMemoryLimit(path: string, given: unknown, device: string): number | undefined {
  if (given !== undefined) return checkNumber(path, given, { min: 1, integer: true });
  return device.startsWith('cuda') ? undefined : usableMemory();
}
