/** Checks and lowering that pools of pictures and of series share. */
import { ThalwegError } from '../errors.js';
import type { OpFields } from '../native.js';
import { type Program, elements } from './layer.js';

/** The native layers that pools become. */
export type PoolKind = 'maxPool' | 'averagePool';

/** Where an op goes, and the value that it reads. */
export interface Lowering {
  readonly program: Program;
  readonly from: number;
}

/** Throws SHAPE where a window would see the border alone, or has more taps than an int32 counts. */
export function checkPool(
  kernel: readonly number[],
  borders: readonly number[],
  path: string,
): void {
  const refuse = (received: string, expected: string): never => {
    throw new ThalwegError({ code: 'SHAPE', path, received, expected });
  };
  const windows = `windows of [${kernel.join(', ')}]`;
  if (elements(kernel) >= 2 ** 31) refuse(windows, 'windows of at most 2^31 - 1 taps');
  if (borders.some((border, i) => border >= kernel[i]!))
    refuse(
      `a border of [${borders.join(', ')}] around ${windows}`,
      'a border that is smaller than the window',
    );
}

/** Adds the op of a pool, and returns the number of its value. */
export function lowerPool(
  kind: PoolKind,
  window: {
    readonly input: readonly number[];
    readonly positions: number;
    readonly fields: OpFields;
  },
  { program, from }: Lowering,
): number {
  const { input, positions, fields } = window;
  const outputs = positions * input.at(-1)!;
  return program.add(kind, { from: [from], inputs: elements(input), outputs }, fields);
}
