/** Sums in the orders that docs/numerics.md promises, in float64. */

/** Value i goes to partial sum i mod `count`; partial sums fold in halves. */
function interleaved(values: ArrayLike<number>, count: number): number {
  const partial = new Float64Array(count);
  for (let i = 0; i < values.length; i++) partial[i % count]! += values[i]!;
  for (let width = count / 2; width >= 1; width /= 2)
    for (let i = 0; i < width; i++) partial[i]! += partial[i + width]!;
  return partial[0]!;
}

function chunks(values: readonly number[], length: number): number[][] {
  return Array.from({ length: Math.ceil(values.length / length) }, (_, i) =>
    values.slice(i * length, (i + 1) * length),
  );
}

/** Over the rows of a column. */
export function columnSum(values: readonly number[]): number {
  if (values.length <= 1024) return interleaved(values, 32);
  return interleaved(
    chunks(values, 1024).map((chunk) => interleaved(chunk, 32)),
    32,
  );
}

/** Over the columns of a row. */
export function rowSum(values: readonly number[]): number {
  const oneByOne = (all: readonly number[]) => all.reduce((sum, value) => sum + value, 0);
  if (values.length < 16) return oneByOne(values);
  if (values.length < 1024) return interleaved(values, 16);
  return oneByOne(
    chunks(values, 8192).map((chunk) => {
      const partial = new Float64Array(256);
      chunk.forEach((value, i) => (partial[16 * (Math.floor(i / 128) % 16) + (i % 16)]! += value));
      return interleaved(partial, 256);
    }),
  );
}
