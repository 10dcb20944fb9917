/** Chooses the memory limit of a trainer or a predictor. */
import { usableMemory } from './memory.js';
import { checkNumber } from '../options.js';

/** Returns the limit in bytes; undefined for a GPU, whose driver refuses allocations beyond its memory. */
export function checkMemoryLimit(path: string, given: unknown, device: string): number | undefined {
  if (given !== undefined) return checkNumber(path, given, { min: 1, integer: true });
  return device.startsWith('cuda') ? undefined : usableMemory();
}
