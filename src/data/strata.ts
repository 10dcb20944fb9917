/** Divides rows among parts so that every part has its share of each class. */

/**
 * Returns the number of rows of each class in each part. It differs from classes[c] · parts[p] / rows by less
 * than or exactly one, and the sums over classes and over parts are as given. A class's rows beyond whole
 * shares go to the parts that lack most (Gale 1957, Ryser 1957).
 *
 * @param classes the rows of each class
 * @param parts the rows of each part, as many in all
 */
export function shareOut(
  classes: readonly number[],
  parts: readonly number[],
): readonly (readonly number[])[] {
  const rows = BigInt(classes.reduce((sum, count) => sum + count, 0));
  const shares = classes.map((count) =>
    parts.map((size) => Number((BigInt(count) * BigInt(size)) / rows)),
  );
  const lacking = parts.map((size, p) => size - shares.reduce((sum, share) => sum + share[p]!, 0));
  const columns = parts.map((_, p) => p);
  classes.forEach((count, c) => {
    const share = shares[c]!;
    const rest = count - share.reduce((sum, each) => sum + each, 0);
    columns.sort((a, b) => lacking[b]! - lacking[a]! || a - b);
    for (const p of columns.slice(0, rest)) {
      share[p]!++;
      lacking[p]!--;
    }
  });
  return shares;
}

/**
 * Returns the part of each group, so that the parts have about as many rows as they should. Each group goes to
 * the part that lacks most rows, so a part exceeds its size by less than one group.
 *
 * @param groups the rows of each group
 * @param order the groups in the order in which they are given away
 */
export function dealGroups(
  groups: readonly number[],
  order: Iterable<number>,
  parts: readonly number[],
): readonly number[] {
  const lacking = [...parts];
  const partOf = groups.map(() => 0);
  for (const group of order) {
    const part = lacking.indexOf(Math.max(...lacking));
    partOf[group] = part;
    lacking[part]! -= groups[group]!;
  }
  return partOf;
}
