/** Single rows of a data set, as JavaScript reads them. */
import { type NativeDataset, native } from '../native.js';
import { checkBoolean, wrongType } from '../options.js';
import { noRows } from './rows.js';

/** One row of a data set. */
export interface Example {
  /** The features, with bytes converted. */
  readonly inputs: Float32Array;
  /** The class index, the values, or undefined without labels. */
  readonly label: number | Float32Array | undefined;
}

/** The facts of a data set that its rows are read by. */
interface Rows {
  readonly length: number;
  readonly features: number;
  readonly labelKind: 'none' | 'sparse' | 'dense';
  readonly labelWidth: number;
}

/** About so many numbers are read at once. */
const blockNumbers = 2 ** 16;

/** Yields all rows in their order. */
function* examplesOf(
  handle: NativeDataset,
  { length, features, labelKind, labelWidth }: Rows,
): Generator<Example, void, undefined> {
  const block = Math.max(1, Math.floor(blockNumbers / (features + labelWidth)));
  for (let first = 0; first < length; first += block) {
    const count = Math.min(block, length - first);
    const rows = Uint32Array.from({ length: count }, (_, i) => first + i);
    const inputs = new Float32Array(count * features);
    const numbers = count * labelWidth;
    const labels = labelKind === 'sparse' ? new Int32Array(numbers) : new Float32Array(numbers);
    native.gather(handle, rows, inputs, labelKind === 'none' ? undefined : labels, {});
    for (let i = 0; i < count; i++)
      yield {
        inputs: inputs.subarray(i * features, (i + 1) * features),
        label: labelOf(labels, i, labelWidth),
      };
  }
}

function labelOf(labels: Int32Array | Float32Array, i: number, width: number): Example['label'] {
  if (labels instanceof Int32Array) return labels[i];
  return width === 0 ? undefined : labels.subarray(i * width, (i + 1) * width);
}

/** Returns the rows for which `keeps` returns true; throws TYPE, or RANGE where there are none. */
export function rowsKept(
  handle: NativeDataset,
  set: Rows,
  keeps: (example: Example, row: number) => boolean,
): Uint32Array {
  if (typeof keeps !== 'function') throw wrongType('filter', keeps, 'a function of an example');
  const kept = new Uint32Array(set.length);
  let count = 0;
  let row = 0;
  for (const example of examplesOf(handle, set)) {
    if (checkBoolean(`filter(row ${row})`, keeps(example, row))) kept[count++] = row;
    row++;
  }
  if (count === 0) throw noRows('filter');
  return kept.slice(0, count);
}
