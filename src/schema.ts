/**
 * Schemas: what a value from a file must be, written once, for its parser and for its type. A schema
 * is a function that gives the typed value, or throws; what it gives holds known fields alone.
 */
import { ThalwegError } from './errors.js';
import { type Range, checkBoolean, checkNumber, checkOneOf, describe } from './options.js';

/** Gives the value as its type, or throws a ThalwegError whose path begins at the value. */
export type Schema<T> = (value: unknown) => T;

/** A field that may be absent. */
interface Optional<T> {
  readonly optional: Schema<T>;
}

type Field = Schema<unknown> | Optional<unknown>;

/** The type that a schema gives. */
export type Infer<S extends Schema<unknown>> = ReturnType<S>;

/** The object that fields describe. */
type ObjectOf<F extends Readonly<Record<string, Field>>> = {
  readonly [K in keyof F as F[K] extends Optional<unknown> ? never : K]: F[K] extends Schema<
    infer T
  >
    ? T
    : never;
} & {
  readonly [K in keyof F as F[K] extends Optional<unknown> ? K : never]?: F[K] extends Optional<
    infer T
  >
    ? T
    : never;
};

/** The fields that describe a given type: all of them, the optional ones as such. */
type FieldsOf<T> = {
  readonly [K in keyof T]-?: undefined extends T[K]
    ? Optional<Exclude<T[K], undefined>>
    : Schema<T[K]>;
};

/** Throws: what came is none of what was expected. */
function refuseValue(value: unknown, expected: string): never {
  throw new ThalwegError({ code: 'FORMAT', path: '', received: describe(value), expected });
}

/** What `read` gives; an error's path begins with the key that led to it. */
function within<T>(key: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ThalwegError)) throw error;
    const path = `${key}${error.path}`;
    const { code, received, expected, remedy } = error;
    throw new ThalwegError({ code, path, received, expected, remedy });
  }
}

/**
 * Reads a value from a file.
 *
 * @throws ThalwegError FORMAT, whose path is the file and the place in the value
 */
export function parseValue<T>(schema: Schema<T>, value: unknown, file: string): T {
  try {
    return schema(value);
  } catch (error) {
    if (!(error instanceof ThalwegError)) throw error;
    const { received, expected } = error;
    const path = error.path === '' ? file : `${file}: ${error.path.replace(/^\./, '')}`;
    throw new ThalwegError({
      code: 'FORMAT',
      path,
      received,
      expected,
      remedy: 'use an older copy',
    });
  }
}

/** A field that may be absent. */
export function optional<T>(schema: Schema<T>): Optional<T> {
  return { optional: schema };
}

/** A finite number in a range. */
export function number(range: Range): Schema<number> {
  return (value) => checkNumber('', value, range);
}

/** Half of what doubles count exactly: a run that goes on from a file cannot count beyond them. */
const largestCount = 2 ** 52;

/** A whole number from `min` on. */
export function count(min = 0): Schema<number> {
  const whole = number({ min, max: largestCount, integer: true });
  return (value) => whole(value) + 0; // −0 becomes 0
}

/** Any number: NaN and the infinities too. */
export function anyNumber(value: unknown): number {
  return typeof value === 'number' ? value : refuseValue(value, 'a number');
}

/** What a norm, a time or a rate may be: at least 0, infinite, or NaN. */
export function magnitude(value: unknown): number {
  const x = anyNumber(value);
  return x < 0 ? refuseValue(value, 'a number that is not negative') : x;
}

/** True or false. */
export function boolean(value: unknown): boolean {
  return checkBoolean('', value);
}

/** One of a few texts. */
export function oneOf<const T extends string>(...choices: readonly T[]): Schema<T> {
  return (value) => checkOneOf('', value, choices);
}

/** Text; where a pattern is given, one that follows it, as `expected` says. */
export function text(pattern = /^/, expected = 'text'): Schema<string> {
  return (value) =>
    typeof value === 'string' && pattern.test(value) ? value : refuseValue(value, expected);
}

/** Whatever a file can hold. */
export function anything(value: unknown): unknown {
  return value === undefined ? refuseValue(value, 'a value') : value;
}

/** A list, of at most so many. */
export function list<T>(schema: Schema<T>, most = Infinity): Schema<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) return refuseValue(value, 'a list');
    if (value.length > most) return refuseValue(value, `a list of at most ${most}`);
    return value.map((each: unknown, i) => within(`[${i}]`, () => schema(each)));
  };
}

/** Two of a kind. */
export function pair<T>(schema: Schema<T>): Schema<readonly [T, T]> {
  return (value) => {
    const [first, second, ...rest] = list(schema)(value);
    if (first === undefined || second === undefined || rest.length > 0)
      return refuseValue(value, 'a list of two');
    return [first, second];
  };
}

function entriesOf(value: unknown): Readonly<Record<string, unknown>> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : refuseValue(value, 'an object');
}

/** An object whose keys may be any. */
export function dictionary<T>(schema: Schema<T>): Schema<Readonly<Record<string, T>>> {
  return (value) =>
    Object.fromEntries(
      Object.entries(entriesOf(value)).map(([key, each]) => [
        key,
        within(`.${key}`, () => schema(each)),
      ]),
    );
}

/** An object with these fields. Others are left out: a later version may have written them. */
export function object<const F extends Readonly<Record<string, Field>>>(
  fields: F,
): Schema<ObjectOf<F>> {
  return (value) => {
    const given = entriesOf(value);
    const read: Record<string, unknown> = {};
    for (const [key, field] of Object.entries(fields)) {
      const each = Object.hasOwn(given, key) ? given[key] : undefined;
      if (typeof field === 'function') read[key] = within(`.${key}`, () => field(each));
      else if (each !== undefined) read[key] = within(`.${key}`, () => field.optional(each));
    }
    return read as ObjectOf<F>;
  };
}

/** An object of a type that is declared elsewhere; the compiler asks for each of its fields. */
export function objectOf<T extends object>(fields: FieldsOf<T>): Schema<T> {
  return object(fields as unknown as Readonly<Record<string, Field>>) as unknown as Schema<T>;
}

/** A value whose parts agree. */
export function where<T>(
  schema: Schema<T>,
  agrees: (value: T) => boolean,
  expected: string,
): Schema<T> {
  return (value) => {
    const read = schema(value);
    return agrees(read) ? read : refuseValue(value, expected);
  };
}
