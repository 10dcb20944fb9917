/** Computes metrics from their definitions, over all rows at once. */

/** Adds 1, ½ or 0 over all (positive, negative) pairs, and divides by their number. */
export function pairwiseAuc(scores: readonly number[], labels: readonly number[]): number {
  const of = (label: number): number[] => scores.filter((_, i) => labels[i] === label);
  const [negatives, positives] = [of(0), of(1)];
  let wins = 0;
  for (const p of positives) for (const n of negatives) wins += p > n ? 1 : p === n ? 0.5 : 0;
  return wins / (positives.length * negatives.length);
}

/** Returns the share of rows whose label is among the first k of a stable sort by falling score. */
export function sortedTopK(
  scores: readonly (readonly number[])[],
  labels: readonly number[],
  k: number,
): number {
  const hits = scores.filter((row, i) =>
    row
      .map((score, index) => ({ score, index }))
      .sort((a, b) => b.score - a.score)
      .slice(0, k)
      .some(({ index }) => index === labels[i]),
  );
  return hits.length / labels.length;
}
