/**
 * Schemas say what a value from a file must be. One schema is both the value's parser and the source of
 * its TypeScript type. It returns the typed value with only the known fields, or throws.
 */
import { ThalwegError } from './errors.js';
import { type Range, checkBoolean, checkNumber, checkOneOf, describe } from './options.js';

/** Returns the value as a typed one, or throws a ThalwegError whose path begins at the value. */
export type Schema<T> = (value: unknown) => T;

/** A field that may be absent. */
interface Optional<T> {
  readonly optional: Schema<T>;
}

type Field = Schema<unknown> | Optional<unknown>;

/** The type of the values that a schema returns. */
export type Infer<S extends Schema<unknown>> = ReturnType<S>;

/** The type of the object that fields describe. */
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

/** The fields that describe a given type; each optional property needs an optional field. */
type FieldsOf<T> = {
  readonly [K in keyof T]-?: undefined extends T[K]
    ? Optional<Exclude<T[K], undefined>>
    : Schema<T[K]>;
};

/** Throws FORMAT for a value that is not as expected. */
function refuseValue(value: unknown, expected: string): never {
  throw new ThalwegError({ code: 'FORMAT', path: '', received: describe(value), expected });
}

/** Calls `read`, and puts `key` in front of the path of an error. */
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
 * Checks a value that was read from a file, and returns it as a typed one.
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

/** Describes a field that may be absent. */
export function optional<T>(schema: Schema<T>): Optional<T> {
  return { optional: schema };
}

/** Accepts a finite number in a range. */
export function number(range: Range): Schema<number> {
  return (value) => checkNumber('', value, range);
}

/** Half of the range of exact integers; a run that continues from a file cannot count beyond the other half. */
const largestCount = 2 ** 52;

/** Accepts a whole number of at least `min`. */
export function count(min = 0): Schema<number> {
  const whole = number({ min, max: largestCount, integer: true });
  return (value) => whole(value) + 0; // −0 becomes 0
}

/** Accepts any number, NaN and the infinities included. */
export function anyNumber(value: unknown): number {
  return typeof value === 'number' ? value : refuseValue(value, 'a number');
}

/** Accepts the value of a norm, a time or a rate: at least 0, infinite, or NaN. */
export function magnitude(value: unknown): number {
  const x = anyNumber(value);
  return x < 0 ? refuseValue(value, 'a number that is not negative') : x;
}

/** Accepts true or false. */
export function boolean(value: unknown): boolean {
  return checkBoolean('', value);
}

/** Accepts one of a few strings. */
export function oneOf<const T extends string>(...choices: readonly T[]): Schema<T> {
  return (value) => checkOneOf('', value, choices);
}

/** Accepts a string that matches the pattern; `expected` describes the pattern in an error. */
export function text(pattern = /^/, expected = 'text'): Schema<string> {
  return (value) =>
    typeof value === 'string' && pattern.test(value) ? value : refuseValue(value, expected);
}

/** Accepts every value that a file can hold. */
export function anything(value: unknown): unknown {
  return value === undefined ? refuseValue(value, 'a value') : value;
}

/** Accepts an array of at most `most` elements. */
export function list<T>(schema: Schema<T>, most = Infinity): Schema<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) return refuseValue(value, 'a list');
    if (value.length > most) return refuseValue(value, `a list of at most ${most}`);
    return value.map((each: unknown, i) => within(`[${i}]`, () => schema(each)));
  };
}

/** Accepts an array of two elements. */
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

/** Accepts an object with any keys, whose values follow one schema. */
export function dictionary<T>(schema: Schema<T>): Schema<Readonly<Record<string, T>>> {
  return (value) =>
    Object.fromEntries(
      Object.entries(entriesOf(value)).map(([key, each]) => [
        key,
        within(`.${key}`, () => schema(each)),
      ]),
    );
}

/** Accepts an object with these fields. It leaves out other fields: a later version may have written them. */
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

/** Accepts an object of a given type. The compiler requires a schema for each of the type's fields. */
export function objectOf<T extends object>(fields: FieldsOf<T>): Schema<T> {
  return object(fields as unknown as Readonly<Record<string, Field>>) as unknown as Schema<T>;
}

/** Accepts a value of `schema` for which `agrees` is true; `expected` describes this condition in an error. */
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
