/** Computes weighted means in float64. */

/** Returns Σ shareₖ · arrayₖ, element by element. */
export function meanOf(arrays: readonly Float32Array[], shares: readonly number[]): Float64Array {
  return Float64Array.from(arrays[0]!, (_, i) =>
    arrays.reduce((sum, array, k) => sum + shares[k]! * array[i]!, 0),
  );
}
