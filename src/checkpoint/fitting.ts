/** Checks that the parts of a checkpoint fit each other and the model, which no schema can tell. */
import { averageScalars } from '../average/weights.js';
import { ThalwegError } from '../errors.js';
import type { Sequential } from '../nn/sequential.js';
import type { MonitorState } from '../run/saved-run.js';
import type { CheckpointHeader } from './head.js';
import { type Layout, callbackTensor } from './tensors.js';

function refuse(path: string, received: string, expected: string): never {
  throw new ThalwegError({
    code: 'FORMAT',
    path,
    received,
    expected,
    remedy: 'use an older copy',
  });
}

/** Throws where the callbacks' arrays are not exactly the tensors that follow the trainer's. */
export function checkArrays(file: string, { entries }: Layout, header: CheckpointHeader): void {
  const present = new Set(header.entries.slice(entries.length).map(({ name }) => name));
  for (const [name, { arrays }] of Object.entries(header.state.run?.callbacks ?? {}))
    for (const key of arrays)
      if (!present.delete(callbackTensor(name, key)))
        refuse(
          `${file}: ${callbackTensor(name, key)}`,
          'no such tensor',
          'a tensor for each array',
        );
  for (const name of present)
    refuse(
      `${file}: ${name}`,
      'a tensor that belongs to no callback',
      "the callbacks' arrays only",
    );
}

/** Throws where a monitor's state has another number of layers, or more units, than the model. */
export function checkMonitor(file: string, model: Sequential, state?: MonitorState): void {
  if (state === undefined) return;
  const { ops } = model.lower();
  const { length } = state.layers;
  if (length !== ops.length)
    refuse(`${file}: run.monitor.layers`, `${length} layers`, `${ops.length}, as the model has`);
  const bytes = Math.ceil(ops.reduce((sum, { outputs }) => sum + outputs, 0) / 8);
  const moved = Buffer.byteLength(state.moved ?? '', 'base64');
  if (moved > bytes) refuse(`${file}: run.monitor.moved`, `${moved} bytes`, `at most ${bytes}`);
}

/** Throws where a scalar is not finite, or an average counts more weights than there were steps. */
export function checkScalars(
  file: string,
  scalars: Float64Array,
  { steps, averages }: { readonly steps: number; readonly averages: boolean },
): void {
  const path = (i: number): string => `${file}: scalars[${i}]`;
  scalars.forEach((value, i) => {
    if (!Number.isFinite(value)) refuse(path(i), String(value), 'a finite number');
  });
  if (!averages) return;
  const at = scalars.length - averageScalars;
  const count = scalars[at]!;
  if (!Number.isInteger(count) || count < 0 || count > steps)
    refuse(path(at), String(count), `a count of at most ${steps}, the number of steps`);
}
