/** How deep and how many the layers of a model are, which a description from a file may make anything. */
import { ThalwegError } from '../errors.js';
import { findKind } from './kinds.js';
import type { Layer } from './layer.js';

/** Blocks within blocks: ten times what known models have, and far from what the stack holds. */
const deepest = 64;
/**
 * Layers in all, those within blocks too: a hundred times what known models have. A block may hold another one several
 * times, so that few objects describe without end.
 */
const most = 2 ** 17;

/** What is still to be looked at. */
interface Pending {
  readonly layers: readonly unknown[];
  readonly depth: number;
}

/**
 * Refuses too many layers before anything follows them.
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
    if (count > most) refuse('OVERFLOW', `more than ${most} layers`, `at most ${most}`);
    for (const layer of given) {
      const parts = findKind(layer)?.parts?.(layer as Layer);
      if (parts !== undefined) pending.push({ layers: parts, depth: depth + 1 });
    }
  }
}

function refuse(code: 'DEPTH' | 'OVERFLOW', received: string, expected: string): never {
  throw new ThalwegError({ code, path: 'layers', received, expected });
}
