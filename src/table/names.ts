/** Checks names of columns. */
import { ThalwegError } from '../errors.js';
import { describe, suggestion } from '../options.js';

/**
 * Returns names that differ. A column without a name is called `column` and its number. Where `lenient` is
 * set, the second `a` is called `a_2`.
 *
 * @throws ThalwegError DUPLICATE, RANGE
 */
export function checkNames(
  given: readonly string[],
  { path, lenient }: { readonly path: string; readonly lenient: boolean },
): readonly string[] {
  const names = new FreeNames(given);
  const seen = new Set<string>();
  return given.map((name, i) => {
    let own = name === '' ? names.take(`column${i + 1}`) : name;
    if (own === '__proto__')
      throw new ThalwegError({ code: 'RANGE', path, received: own, expected: 'another name' });
    if (seen.has(own)) {
      if (!lenient) throw duplicate(own, path);
      own = names.take(own);
    }
    seen.add(own);
    return own;
  });
}

function duplicate(name: string, path: string): ThalwegError {
  return new ThalwegError({
    code: 'DUPLICATE',
    path,
    received: `two columns ${describe(name)}`,
    expected: 'columns with different names',
    remedy:
      'give names by { header: […] } and leave out the first record, or read { lenient: true }',
  });
}

/** Finds names that nobody has. It counts on from the last number of each name, so that many equal names stay fast. */
class FreeNames {
  readonly #taken: Set<string>;
  readonly #next = new Map<string, number>();

  constructor(taken: readonly string[]) {
    this.#taken = new Set(taken);
  }

  /** Returns the name, with a number behind it where it is taken, and keeps it from others. */
  take(name: string): string {
    let free = name;
    let next = this.#next.get(name) ?? 2;
    while (this.#taken.has(free)) free = `${name}_${next++}`;
    this.#next.set(name, next);
    this.#taken.add(free);
    return free;
  }
}

/** Makes the error of a column that a table lacks. */
export function unknownColumn(path: string, name: unknown, names: readonly string[]): ThalwegError {
  return new ThalwegError({
    code: typeof name === 'string' ? 'MISSING' : 'TYPE',
    path,
    received: describe(name),
    expected: 'a column of the table',
    remedy: typeof name === 'string' && names.length > 0 ? suggestion(name, names) : '',
  });
}
