/** Divides rows among parts so that every part has its share of each class, or whole groups. */

/** The parts in a heap: the part that lacks most rows is first, and of equal ones the lower number. */
class NeediestFirst {
  readonly #heap: number[];
  readonly #lacking: number[];

  /** @param lacking the rows that each part lacks; it changes with them */
  constructor(lacking: number[]) {
    this.#lacking = lacking;
    this.#heap = lacking.map((_, part) => part).sort((a, b) => this.#order(a, b));
  }

  #order(a: number, b: number): number {
    return this.#lacking[b]! - this.#lacking[a]! || a - b;
  }

  /** Removes and returns the part that lacks most. */
  pop(): number {
    const first = this.#heap[0]!;
    const last = this.#heap.pop()!;
    if (this.#heap.length > 0) this.#sink(last);
    return first;
  }

  /** Puts a part back after it has got some rows. */
  push(part: number, rows: number): void {
    this.#lacking[part]! -= rows;
    let at = this.#heap.push(part) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (this.#order(this.#heap[above]!, part) <= 0) break;
      this.#heap[at] = this.#heap[above]!;
      at = above;
    }
    this.#heap[at] = part;
  }

  #sink(part: number): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let next = 2 * at + 1;
      if (next + 1 < heap.length && this.#order(heap[next + 1]!, heap[next]!) < 0) next++;
      if (next >= heap.length || this.#order(part, heap[next]!) <= 0) break;
      heap[at] = heap[next]!;
      at = next;
    }
    heap[at] = part;
  }
}

/** Returns floor(count · size / rows), whose product may have more bits than a double. */
function wholeShare(count: number, size: number, rows: number): number {
  if (count * size < rows) return 0;
  return Number((BigInt(count) * BigInt(size)) / BigInt(rows));
}

/** Returns how often each number comes. */
function frequencies(numbers: readonly number[]): ReadonlyMap<number, number> {
  const known = new Map<number, number>();
  for (const number of numbers) known.set(number, (known.get(number) ?? 0) + 1);
  return known;
}

/** Returns the rows that each part lacks when every class has given its whole shares. */
function restOf(classes: readonly number[], parts: readonly number[], rows: number): number[] {
  const counts = [...frequencies(classes)];
  const rest = new Map<number, number>();
  for (const size of new Set(parts)) {
    const whole = counts.map(([count, times]) => times * wholeShare(count, size, rows));
    rest.set(size, size - whole.reduce((sum, each) => sum + each, 0));
  }
  return parts.map((size) => rest.get(size)!);
}

/**
 * Returns the part of each row, class after class; the rows of a class go to its parts in their order. A part
 * has classes[c] · parts[p] / rows rows of a class, or differs by at most one, and the sums over classes and over
 * parts are as given. A class's rows beyond whole shares go to the parts that lack most (Gale 1957, Ryser 1957).
 * It takes memory for one number a row, however many classes and parts there are.
 *
 * @param classes the rows of each class
 * @param parts the rows of each part, as many in all
 */
export function dealClasses(classes: readonly number[], parts: readonly number[]): Uint32Array {
  const rows = classes.reduce((sum, count) => sum + count, 0);
  const largest = parts.reduce((most, size) => Math.max(most, size), 0);
  const neediest = new NeediestFirst(restOf(classes, parts, rows));
  const dealt = new Uint32Array(rows);
  let start = 0;
  for (const count of classes) {
    let next = start;
    if (count * largest >= rows)
      parts.forEach((size, part) => {
        const share = wholeShare(count, size, rows);
        dealt.fill(part, next, next + share);
        next += share;
      });
    const end = start + count;
    for (let row = next; row < end; row++) dealt[row] = neediest.pop();
    for (let row = next; row < end; row++) neediest.push(dealt[row]!, 1);
    dealt.subarray(start, end).sort();
    start = end;
  }
  return dealt;
}

/** Gives each group to the part that lacks most rows. With `fill` the last groups go to parts that have none. */
function deal(
  groups: readonly number[],
  order: readonly number[],
  parts: readonly number[],
  fill: boolean,
): Uint32Array {
  const neediest = new NeediestFirst([...parts]);
  const empty = new Set(parts.keys());
  const partOf = new Uint32Array(groups.length);
  let dealt = 0;
  while (dealt < order.length && !(fill && order.length - dealt === empty.size)) {
    const group = order[dealt++]!;
    const part = neediest.pop();
    partOf[group] = part;
    neediest.push(part, groups[group]!);
    empty.delete(part);
  }
  const largest = [...empty].sort((a, b) => parts[b]! - parts[a]! || a - b);
  order.slice(dealt).forEach((group, i) => (partOf[group] = largest[i]!));
  return partOf;
}

/**
 * Returns the part of each group, so that the parts have about as many rows as they should. Each group goes to
 * the part that lacks most rows, so a part exceeds its size by less than one group. Where that leaves a part
 * empty, the largest groups go first, and the last ones to the parts that have none.
 *
 * @param groups the rows of each group; there are at least as many groups as parts
 * @param order the groups in the order in which they are given away
 */
export function dealGroups(
  groups: readonly number[],
  order: Iterable<number>,
  parts: readonly number[],
): Uint32Array {
  const given = [...order];
  const partOf = deal(groups, given, parts, false);
  if (new Set(partOf).size === parts.length) return partOf;
  const largestFirst = given.sort((a, b) => groups[b]! - groups[a]!);
  return deal(groups, largestFirst, parts, true);
}
