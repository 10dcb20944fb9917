/** The tensors of a checkpoint: a trainer's snapshot, and the arrays that JavaScript owns. */
import { ThalwegError } from '../errors.js';
import type { NativeSnapshot, NativeState, NativeTrainer } from '../native.js';
import { elements } from '../nn/layer.js';
import type { Sequential } from '../nn/sequential.js';
import type { SavedCallback } from '../run/callback.js';
import type { SavedRun } from '../run/saved-run.js';
import type { DataSink, TensorEntry } from '../sealed/data.js';
import type { CheckpointHeader } from './head.js';

/** The order of a checkpoint's data: float64 scalars, then the snapshot, then the callbacks' arrays. */
export interface Layout {
  readonly entries: readonly TensorEntry[];
  readonly scalarBytes: number;
  readonly snapshotBytes: number;
}

/** Returns the name of the tensor that holds a callback's array. */
export function callbackTensor(callback: string, key: string): string {
  return `callbacks/${callback}/${key}`;
}

/** Returns the shape of the parameter that a state tensor belongs to; `[length]` without one. */
function shapeOf(name: string, length: number, model: Sequential): readonly number[] {
  const owner = name.startsWith('parameters/')
    ? name.slice('parameters/'.length)
    : name.split('/').slice(2).join('/');
  const shape = model.parameters.find((parameter) => parameter.name === owner)?.shape;
  return shape !== undefined && elements(shape) === length ? shape : [length];
}

function bytesOf(tensors: readonly { readonly length: number }[]): number {
  return tensors.reduce((sum, { length }) => sum + length * 4, 0);
}

/** Returns the number of bytes of a trainer's snapshot. */
export function snapshotBytes(trainer: NativeTrainer): number {
  return bytesOf(trainer.state());
}

const isOfAveraged = ({ name }: { readonly name: string }): boolean =>
  name.startsWith('averagedStatistics/');

/** Returns true where a file has running statistics of averaged weights. */
export function hasAveragedStatistics({ entries }: CheckpointHeader): boolean {
  return entries.some(isOfAveraged);
}

/**
 * Returns the tensors of a trainer. `scalars` is the number of its optimizer's scalars. Where
 * `hasAveraged` is true, running statistics of the averaged weights are the last tensors.
 */
export function layoutOf(
  trainer: NativeTrainer,
  model: Sequential,
  scalars: number,
  hasAveraged: boolean,
): Layout {
  const tensors = trainer.state().filter((each) => hasAveraged || !isOfAveraged(each));
  const state = tensors.map(({ name, length }) => ({
    name,
    dtype: 'F32' as const,
    shape: shapeOf(name, length, model),
  }));
  const scalar = { name: 'scalars', dtype: 'F64' as const, shape: [scalars] };
  return {
    entries: scalars === 0 ? state : [scalar, ...state],
    scalarBytes: scalars * 8,
    snapshotBytes: bytesOf(tensors),
  };
}

/** Returns the callbacks' arrays as tensors, copied because callbacks may change theirs meanwhile. */
export function callbackArrays(
  callbacks: Readonly<Record<string, SavedCallback>>,
): { readonly entry: TensorEntry; readonly bytes: Uint8Array }[] {
  return Object.entries(callbacks).flatMap(([name, { arrays }]) =>
    Object.entries(arrays).map(([key, array]) => ({
      entry: { name: callbackTensor(name, key), dtype: 'F32' as const, shape: [array.length] },
      bytes: new Uint8Array(array.slice().buffer),
    })),
  );
}

/** Reads or writes a part of a region, which begins at `offset` in the region. */
type Access = (offset: number, part: Uint8Array) => void;

/** A contiguous range of the data, and the access to the memory that holds it. */
interface Region {
  readonly begin: number;
  readonly length: number;
  readonly access: Access;
}

/** Returns the regions of a checkpoint's data in order; `of` makes the access to bytes in JavaScript. */
function regionsOf(
  { scalarBytes, snapshotBytes: length }: Layout,
  { state, of }: { readonly state: Access; readonly of: (bytes: Uint8Array) => Access },
  scalars: Float64Array,
  arrays: readonly Uint8Array[],
): Region[] {
  const head = new Uint8Array(scalars.buffer, scalars.byteOffset, scalarBytes);
  const regions: Region[] = [
    { begin: 0, length: scalarBytes, access: of(head) },
    { begin: scalarBytes, length, access: state },
  ];
  let begin = scalarBytes + length;
  for (const bytes of arrays) {
    regions.push({ begin, length: bytes.length, access: of(bytes) });
    begin += bytes.length;
  }
  return regions;
}

/** Passes each part of a piece of the data, which starts at `offset`, to the region that contains it. */
function eachPart(regions: readonly Region[], offset: number, piece: Uint8Array): void {
  for (const { begin, length, access } of regions) {
    const from = Math.max(begin, offset);
    const to = Math.min(begin + length, offset + piece.length);
    if (from < to) access(from - begin, piece.subarray(from - offset, to - offset));
  }
}

/** Returns a function that copies pieces of the data out of a trainer's state and the arrays. */
export function readerOf(
  layout: Layout,
  source: NativeState,
  arrays: readonly { readonly bytes: Uint8Array }[],
): (offset: number, target: Uint8Array) => void {
  const access = {
    state: (offset: number, part: Uint8Array) => {
      source.read(offset, part);
    },
    of: (bytes: Uint8Array) => (offset: number, part: Uint8Array) => {
      part.set(bytes.subarray(offset, offset + part.length));
    },
  };
  const { scalars } = source.counters();
  const bytes = arrays.map((array) => array.bytes);
  const regions = regionsOf(layout, access, scalars, bytes);
  return (offset, target) => {
    eachPart(regions, offset, target);
  };
}

/** The destination of a checkpoint's data. */
interface ReadTensors {
  readonly sink: DataSink;
  /** The optimizer's scalars; complete once the sink has all data. */
  readonly scalars: Float64Array;
  /** The callbacks' arrays by the names of their tensors; complete once the sink has all data. */
  readonly arrays: ReadonlyMap<string, Float32Array>;
}

/** Returns a sink that copies pieces of the data into a snapshot and arrays. */
export function writerOf(
  layout: Layout,
  snapshot: NativeSnapshot,
  { entries }: CheckpointHeader,
): ReadTensors {
  const scalars = new Float64Array(layout.scalarBytes / 8);
  const arrays = new Map(
    entries
      .slice(layout.entries.length)
      .map(({ name, begin, end }) => [name, new Float32Array((end - begin) / 4)]),
  );
  const bytes = [...arrays.values()].map((array) => new Uint8Array(array.buffer));
  const access = {
    state: (offset: number, part: Uint8Array) => {
      snapshot.write(offset, part);
    },
    of: (target: Uint8Array) => (offset: number, part: Uint8Array) => {
      target.set(part, offset);
    },
  };
  const regions = regionsOf(layout, access, scalars, bytes);
  const sink: DataSink = (offset, piece) => {
    eachPart(regions, offset, piece);
  };
  return { sink, scalars, arrays };
}

/**
 * Checks that a file has exactly a trainer's tensors, in their order, before those of callbacks.
 *
 * @throws ThalwegError MISMATCH
 */
export function checkEntries(file: string, layout: Layout, header: CheckpointHeader): void {
  const show = ({ dtype, shape }: TensorEntry): string => `${dtype} [${shape.join(', ')}]`;
  for (const [i, expected] of layout.entries.entries()) {
    const found = header.entries.find(({ name }) => name === expected.name);
    if (found === undefined)
      throw new ThalwegError({
        code: 'MISMATCH', // MISSING would mean that there is no file
        path: `${file}: ${expected.name}`,
        received: 'no such tensor',
        expected: show(expected),
      });
    if (show(found) !== show(expected) || header.entries[i] !== found)
      throw new ThalwegError({
        code: 'MISMATCH',
        path: `${file}: ${expected.name}`,
        received: header.entries[i] === found ? show(found) : 'another order of tensors',
        expected: show(expected),
      });
  }
  const rest = header.entries.slice(layout.entries.length);
  const extra = rest.find(({ name, dtype }) => !name.startsWith('callbacks/') || dtype !== 'F32');
  if (extra !== undefined)
    throw new ThalwegError({
      code: 'MISMATCH',
      path: `${file}: ${extra.name}`,
      received: 'a tensor that this trainer lacks',
      expected: "the trainer's tensors only",
    });
}

/** Returns the callbacks' states together with their arrays. */
export function joinCallbacks(
  states: SavedRun['callbacks'],
  arrays: ReadonlyMap<string, Float32Array>,
): Record<string, SavedCallback> {
  return Object.fromEntries(
    Object.entries(states).map(([name, { state, arrays: keys }]) => [
      name,
      {
        state,
        arrays: Object.fromEntries(
          keys.map((key) => [key, arrays.get(callbackTensor(name, key))!]),
        ),
      },
    ]),
  );
}
