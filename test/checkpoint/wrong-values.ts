/** Every kind of wrong value, in every field of a JSON text. */

type Path = readonly (string | number)[];

/** Returns the paths of all fields; a list counts by its first element. */
function* pathsOf(value: unknown, path: Path = []): Generator<Path> {
  if (path.length > 0) yield path;
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    if (value.length > 0) yield* pathsOf(value[0], [...path, 0]);
  } else if (!Object.hasOwn(value, '$number'))
    for (const [key, each] of Object.entries(value)) yield* pathsOf(each, [...path, key]);
}

/** Returns so many nested lists. */
export const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const missing = Symbol('missing');
const extra = Symbol('extra');
const deep = Symbol('deep');
/** Wrong values that a file can hold. */
const wrong: readonly (readonly [string, unknown])[] = [
  ...[-1, -1e12, 0, 0.5, 1e308, '', 'x', null, true, false, [], {}].map(
    (value) => [JSON.stringify(value), value] as const,
  ),
  ...['NaN', 'Infinity', '-Infinity', '-0'].map((name) => [name, { $number: name }] as const),
  ['2^53 − 1', Number.MAX_SAFE_INTEGER],
  ['__proto__', JSON.parse('{"__proto__": 1, "constructor": {"prototype": 1}}')],
  ['a long list', new Array<number>(3000).fill(0)],
  ['a long text', 'x'.repeat(5000)],
  ['nothing', missing],
  ['a field more', extra],
  ['nesting', deep],
];

/** Puts another value at a path, and returns the text; undefined where the text stays the same. */
function changed(text: string, path: Path, value: unknown): string | undefined {
  const whole = JSON.parse(text) as unknown;
  const last = path.at(-1)!;
  const owner = path
    .slice(0, -1)
    .reduce<never>((each, key) => each[key]!, whole as never) as Record<string, unknown>;
  if (value === missing) Reflect.deleteProperty(owner, last);
  else if (value === extra) owner[`${last}2`] = 5;
  else owner[last] = value === deep ? '\0deep' : value;
  const result = JSON.stringify(whole).replace('"\\u0000deep"', nested(1100));
  return result === text ? undefined : result;
}

const nameOf = (path: Path): string =>
  path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');

/** Yields the text with each field changed in every way, and the name of the change. */
export function* changesOf(text: string, prefix = ''): Generator<{ name: string; text: string }> {
  for (const path of pathsOf(JSON.parse(text)))
    for (const [what, value] of wrong) {
      const other = changed(text, path, value);
      const name = `${prefix}${nameOf(path)}`.replace(/^\./, '');
      if (other !== undefined) yield { name: `${name} ${what}`, text: other };
    }
}
