/** Checks of option objects and numbers. A check that fails throws a coded error with the path of the option. */
import { ThalwegError } from './errors.js';
import { ignoreOutcome, isThenable } from './promises.js';

/** Returns the first `most` characters of a text, and … where the text is longer. */
export function shorten(text: string, most = 60): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

// This getter reads an internal slot: properties of the array cannot hide it, and other realms' arrays have it.
const tagDescriptor = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype) as object,
  Symbol.toStringTag,
)!;

/** Returns the name of a typed array's class; undefined for everything else. */
export function typedArrayName(value: unknown): string | undefined {
  return tagDescriptor.get!.call(value) as string | undefined;
}

/** Acts like `Array.isArray`, but returns false for a revoked proxy, where `Array.isArray` throws. */
export function isArray(value: unknown): value is readonly unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/** A larger bigint has too many digits to show, and converting it is slow. */
const longBigint = 2n ** 128n;

/** Describes an array by its length, which a proxy may refuse to return. */
function describeArray(value: readonly unknown[]): string {
  try {
    return `an array of ${value.length}`;
  } catch {
    return 'an array';
  }
}

/**
 * Describes a refused value in an error by a short text. It throws for no value. Where the value is a
 * promise that rejects later, the rejection is ignored.
 */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 60));
  if (typeof value === 'bigint')
    return value < longBigint && value > -longBigint ? `${value}n` : 'a bigint of many digits';
  if (typeof value === 'symbol') return shorten(String(value));
  if (isArray(value)) return describeArray(value);
  if (ArrayBuffer.isView(value)) return `a ${typedArrayName(value) ?? 'DataView'}`;
  if (isThenable(value)) {
    ignoreOutcome(value);
    return 'a promise';
  }
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}

/** Makes the error of a value that has another type than it must. */
export function wrongType(
  path: string,
  value: unknown,
  expected: string,
  remedy = '',
): ThalwegError {
  return new ThalwegError({ code: 'TYPE', path, received: describe(value), expected, remedy });
}

/** Returns `value` if it is text; throws TYPE for other types. */
export function checkText(path: string, value: unknown): string {
  if (typeof value !== 'string') throw wrongType(path, value, 'text');
  return value;
}

/** Returns `value` if it is a file path; throws TYPE for other types, and RANGE for a path with NUL. */
export function checkPath(path: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw wrongType(path, value, 'a path');
  if (value.includes('\0'))
    throw new ThalwegError({
      code: 'RANGE',
      path,
      received: describe(value),
      expected: 'a path without NUL',
    });
  return value;
}

/** Returns the Levenshtein distance, which only suggestions use. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Returns 0 for initials of the known name (`lr`), 1 for a part of it, and otherwise the edit distance. */
function difference(lower: string, candidate: string): number {
  const initials = candidate.charAt(0) + candidate.replace(/[^A-Z]/g, '').toLowerCase();
  if (lower.length > 1 && lower === initials) return 0;
  const known = candidate.toLowerCase();
  const [short, long] = lower.length < known.length ? [lower, known] : [known, lower];
  if (short.length > 2 && long.includes(short)) return 1;
  return distance(lower, known);
}

/** Returns the known name that was probably meant; undefined where none is near. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const lower = name.slice(0, 40).toLowerCase();
  const [best] = known
    .map((candidate) => ({ candidate, d: difference(lower, candidate) }))
    .sort((a, b) => a.d - b.d);
  const limit = Math.min(Math.max(2, lower.length / 3), (lower.length - 1) / 2);
  return best && best.d <= limit ? best.candidate : undefined;
}

/** The most names that are compared, and that are listed: a file may have a hundred thousand. */
const mostCompared = 1000;
const mostListed = 40;

/** Returns `did you mean …` for a misspelt name, and otherwise a list of the known names. */
export function suggestion(name: string, known: readonly string[]): string {
  const best = nearest(name, known.slice(0, mostCompared));
  if (best !== undefined) return `did you mean \`${shorten(best)}\`?`;
  const listed = known.slice(0, mostListed).map((each) => shorten(each));
  return `use one of ${listed.join(', ')}${known.length > mostListed ? ', …' : ''}`;
}

/** Classes of objects that do not keep their contents in keys: as options they would count as empty. */
const keyless =
  /^\[object (Map|Set|WeakMap|WeakSet|Date|RegExp|Promise|Error|ArrayBuffer|DataView)\]$/;

/** Returns the own keys of an options object; undefined for other values and for a revoked proxy. */
function keysOf(options: unknown): readonly (string | symbol)[] | undefined {
  if (typeof options !== 'object' || options === null || isArray(options)) return undefined;
  try {
    const isKeyless = keyless.test(Object.prototype.toString.call(options));
    return isKeyless ? undefined : Reflect.ownKeys(options);
  } catch {
    return undefined;
  }
}

/**
 * Returns `options` if it is a plain object whose own keys are all known. Undefined counts as an empty object.
 *
 * @throws ThalwegError TYPE, UNKNOWN_OPTION
 */
export function checkOptions(
  path: string,
  options: unknown,
  known: readonly string[],
): Record<string, unknown> {
  if (options === undefined) return {};
  const keys = keysOf(options);
  if (keys === undefined) throw wrongType(path, options, 'an options object');
  for (const key of keys) {
    const name = String(key);
    if (!known.includes(name))
      throw new ThalwegError({
        code: 'UNKNOWN_OPTION',
        path: `${path}.${shorten(name)}`,
        received: `the unknown option ${JSON.stringify(shorten(name))}`,
        expected: 'a known option',
        remedy: suggestion(name, known),
      });
  }
  return options as Record<string, unknown>;
}

/** Acts like {@link checkOptions}, but throws TYPE for undefined, because some options are required. */
export function requireOptions(
  path: string,
  options: unknown,
  known: readonly string[],
): Record<string, unknown> {
  if (options === undefined) throw wrongType(path, options, 'an options object');
  return checkOptions(path, options, known);
}

/** A range of numbers; it includes its bounds unless they are marked open. */
export interface Range {
  readonly min?: number;
  readonly max?: number;
  readonly openMin?: boolean;
  readonly openMax?: boolean;
  readonly integer?: boolean;
}

/** The greatest and the least positive number of float32. */
export const greatestFloat = (2 - 2 ** -23) * 2 ** 127;
const leastFloat = 2 ** -149;
/** Numbers that are at least 0, and finite in float32, in which native code computes. */
export const nonNegative: Range = { min: 0, max: greatestFloat };
/** Numbers that are greater than 0 and finite, also in float32. */
export const positive: Range = { min: leastFloat, max: greatestFloat };

function rangeText({ min, max, openMin, openMax, integer }: Range): string {
  const kind = integer ? 'an integer' : 'a finite number';
  if (min === undefined && max === undefined) return kind;
  const low = min === undefined ? '(-∞' : `${openMin ? '(' : '['}${min}`;
  const high = max === undefined ? '∞)' : `${max}${openMax ? ')' : ']'}`;
  return `${kind} in ${low}, ${high}`;
}

function isWithin(value: number, range: Range): boolean {
  const { min = -Infinity, max = Infinity, openMin, openMax } = range;
  const below = openMin ? value <= min : value < min;
  const above = openMax ? value >= max : value > max;
  return Number.isFinite(value) && !below && !above;
}

/**
 * Returns `value` if it is a finite number within `range`.
 *
 * @param path the path in the error, or a function that makes it where a check runs in every step
 * @throws ThalwegError TYPE, RANGE
 */
export function checkNumber(
  path: string | (() => string),
  value: unknown,
  range: Range = {},
): number {
  const isNumber = typeof value === 'number';
  const isInside = isNumber && isWithin(value, range);
  if (isInside && (!range.integer || Number.isSafeInteger(value))) return value;
  throw new ThalwegError({
    code: isNumber && !isInside ? 'RANGE' : 'TYPE',
    path: typeof path === 'string' ? path : path(),
    received: isNumber ? String(value) : describe(value),
    expected: rangeText(range),
  });
}

/** Returns `value` if it is a boolean; otherwise throws TYPE. */
export function checkBoolean(path: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw wrongType(path, value, 'true or false');
  return value;
}

/** Returns `value` if it is one of `choices`; throws TYPE for other types, and RANGE for another string. */
export function checkOneOf<T extends string>(
  path: string,
  value: unknown,
  choices: readonly T[],
): T {
  if (typeof value !== 'string' || !choices.includes(value as T))
    throw new ThalwegError({
      code: typeof value === 'string' ? 'RANGE' : 'TYPE',
      path,
      received: describe(value),
      expected: choices.map((choice) => `'${choice}'`).join(' or '),
      remedy:
        typeof value === 'string' && nearest(value, choices) ? suggestion(value, choices) : '',
    });
  return value as T;
}
