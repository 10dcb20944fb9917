/** Limits the depth and the number of layers: a description from a file could have any. */
import { ThalwegError } from '../errors.js';
import { findKind } from './kinds.js';
import type { Layer } from './layer.js';

/** The deepest nesting of blocks: ten times that of known models, and far less than would fill the stack. */
const deepest = 64;
/**
 * The most layers of a model, with those within blocks: a hundred times those of known models. A block may
 * contain one other block several times, so a few objects can describe an exponential number of layers.
 */
const most = 2 ** 17;

/** Layers that are still to be counted. */
interface Pending {
  readonly layers: readonly unknown[];
  readonly depth: number;
}

/**
 * Refuses too many or too deeply nested layers before other code visits them.
 *
 * @throws ThalwegError DEPTH, OVERFLOW
 */
export function checkNesting(layers: readonly Layer[]): void {
  const pending: Pending[] = [{ layers, depth: 0 }];
  let count = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { layers: given, depth } = next;
    count += given.length;
    if (depth > deepest)
      refuse('DEPTH', `more than ${deepest} blocks within one another`, `at most ${deepest}`);
    checkCount(count);
    for (const layer of given) {
      const parts = findKind(layer)?.parts?.(layer as Layer) ?? [];
      pending.push(...parts.map((part) => ({ layers: part, depth: depth + 1 })));
    }
  }
}

/** Throws OVERFLOW for more layers than a model may have. */
export function checkCount(count: number): void {
  if (count > most) refuse('OVERFLOW', `more than ${most} layers`, `at most ${most}`);
}

function refuse(code: 'DEPTH' | 'OVERFLOW', received: string, expected: string): never {
  throw new ThalwegError({ code, path: 'layers', received, expected });
}
