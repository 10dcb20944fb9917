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
  const taken = new Set(given);
  const seen = new Set<string>();
  return given.map((name, i) => {
    let own = name === '' ? freeName(`column${i + 1}`, taken) : name;
    if (own === '__proto__')
      throw new ThalwegError({ code: 'RANGE', path, received: own, expected: 'another name' });
    if (seen.has(own)) {
      if (!lenient) throw duplicate(own, path);
      own = freeName(own, taken);
    }
    seen.add(own);
    taken.add(own);
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

/** Returns the name, with a number behind it where it is taken. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let i = 2; taken.has(free); i++) free = `${name}_${i}`;
  return free;
}

/** Makes the error of a column that a table lacks. */
export function unknownColumn(path: string, name: unknown, names: readonly string[]): ThalwegError {
  return new ThalwegError({
    code: typeof name === 'string' ? 'MISSING' : 'TYPE',
    path,
    received: describe(name),
    expected: 'a column of the table',
    remedy: typeof name === 'string' ? suggestion(name, names) : '',
  });
}
