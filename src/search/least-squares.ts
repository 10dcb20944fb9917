/** Fits a linear model by least squares. */

/** The estimates of a fit, and how they vary together. */
export interface Fit {
  readonly coefficients: readonly number[];
  /** The covariance of two estimates, [i][j]. */
  readonly covariance: readonly (readonly number[])[];
}

/** A pivot below this share of its diagonal means that features depend on each other. */
const leastPivot = 1e-10;

/** Inverts a symmetric positive matrix by elimination; undefined where it is singular. */
function inverse(matrix: readonly (readonly number[])[]): number[][] | undefined {
  const size = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => Number(i === j))]);
  for (let i = 0; i < size; i++) {
    const pivot = rows[i]![i]!;
    if (!(pivot > leastPivot * matrix[i]![i]!)) return undefined;
    rows[i] = rows[i]!.map((value) => value / pivot);
    for (let k = 0; k < size; k++) {
      const factor = rows[k]![i]!;
      if (k !== i) rows[k] = rows[k]!.map((value, j) => value - factor * rows[i]![j]!);
    }
  }
  return rows.map((row) => row.slice(size));
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/**
 * Fits `targets` by sums of features.
 *
 * @param features the features of each target, [target][feature]
 * @returns undefined where features depend on each other, or where no degree of freedom is left
 */
export function fitLeastSquares(
  features: readonly (readonly number[])[],
  targets: readonly number[],
): Fit | undefined {
  const width = features[0]?.length ?? 0;
  const columns = Array.from({ length: width }, (_, j) => features.map((row) => row[j]!));
  const inverted = inverse(columns.map((a) => columns.map((b) => dot(a, b))));
  if (inverted === undefined || targets.length <= width) return undefined;
  const sides = columns.map((column) => dot(column, targets));
  const coefficients = inverted.map((row) => dot(row, sides));
  const squares = features.map((row, i) => (targets[i]! - dot(row, coefficients)) ** 2);
  const variance = squares.reduce((sum, each) => sum + each, 0) / (targets.length - width);
  return { coefficients, covariance: inverted.map((row) => row.map((each) => each * variance)) };
}
