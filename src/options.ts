/** Checks of option objects and numbers, each failing with a coded error that names the path. */
import { ThalwegError } from './errors.js';
import { ignoreOutcome, isThenable } from './promises.js';

/** A text of at most `most` characters, which ends in … where it was longer. */
export function shorten(text: string, most = 60): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

// A getter captured here reads a typed array's own slot, whatever properties hide it, also one of another realm.
const tagDescriptor = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype) as object,
  Symbol.toStringTag,
)!;

/** The name of a typed array's class; undefined for everything else. */
export function typedArrayName(value: unknown): string | undefined {
  return tagDescriptor.get!.call(value) as string | undefined;
}

/** As `Array.isArray`, which throws at a proxy that was revoked. */
export function isArray(value: unknown): value is readonly unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/** From here on the digits of a bigint are too many to show, and slow to make. */
const longBigint = 2n ** 128n;

/** The length of an array; a proxy may refuse to tell. */
function describeArray(value: readonly unknown[]): string {
  try {
    return `an array of ${value.length}`;
  } catch {
    return 'an array';
  }
}

/**
 * How a refused value is shown in an error: short, never the whole object. It throws at no value. The error is
 * the only outcome of a refused promise, which may reject.
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

/** A path: TYPE where it is none, RANGE where no system takes it. */
export function checkPath(path: string, value: unknown): string {
  if (typeof value !== 'string' || value === '')
    throw new ThalwegError({ code: 'TYPE', path, received: describe(value), expected: 'a path' });
  if (value.includes('\0'))
    throw new ThalwegError({
      code: 'RANGE',
      path,
      received: describe(value),
      expected: 'a path without NUL',
    });
  return value;
}

/** Levenshtein distance, for suggestions only. */
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

/** How far a name is from a known one: by initials (`lr`), as a part of it, or by letters. */
function difference(lower: string, candidate: string): number {
  const initials = candidate.charAt(0) + candidate.replace(/[^A-Z]/g, '').toLowerCase();
  if (lower.length > 1 && lower === initials) return 0;
  const known = candidate.toLowerCase();
  const [short, long] = lower.length < known.length ? [lower, known] : [known, lower];
  if (short.length > 2 && long.includes(short)) return 1;
  return distance(lower, known);
}

/** The known name that was probably meant. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const lower = name.slice(0, 40).toLowerCase();
  const [best] = known
    .map((candidate) => ({ candidate, d: difference(lower, candidate) }))
    .sort((a, b) => a.d - b.d);
  const limit = Math.min(Math.max(2, lower.length / 3), (lower.length - 1) / 2);
  return best && best.d <= limit ? best.candidate : undefined;
}

/** Names that are compared, and listed, at most: a file may have a hundred thousand. */
const mostCompared = 1000;
const mostListed = 40;

/** `did you mean …` for a misspelt name, or a list of what there is. */
export function suggestion(name: string, known: readonly string[]): string {
  const best = nearest(name, known.slice(0, mostCompared));
  if (best !== undefined) return `did you mean \`${shorten(best)}\`?`;
  const listed = known.slice(0, mostListed).map((each) => shorten(each));
  return `use one of ${listed.join(', ')}${known.length > mostListed ? ', …' : ''}`;
}

/** Objects that hold their contents elsewhere than in keys: as options they would count as empty. */
const keyless =
  /^\[object (Map|Set|WeakMap|WeakSet|Date|RegExp|Promise|Error|ArrayBuffer|DataView)\]$/;

/** The own keys of an options object; undefined where it is none, or a proxy that was revoked. */
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
 * Refuses anything but a plain object whose own keys are all known. Absent counts as empty.
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
  if (keys === undefined)
    throw new ThalwegError({
      code: 'TYPE',
      path,
      received: describe(options),
      expected: 'an options object',
    });
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

/** As {@link checkOptions}, where some are required: nothing at all is TYPE. */
export function requireOptions(
  path: string,
  options: unknown,
  known: readonly string[],
): Record<string, unknown> {
  if (options === undefined)
    throw new ThalwegError({
      code: 'TYPE',
      path,
      received: 'undefined',
      expected: 'an options object',
    });
  return checkOptions(path, options, known);
}

/** A range of numbers; bounds are inclusive unless marked open. */
export interface Range {
  readonly min?: number;
  readonly max?: number;
  readonly openMin?: boolean;
  readonly openMax?: boolean;
  readonly integer?: boolean;
}

/** The least number above 0 that float32 holds, and the greatest. */
export const greatestFloat = (2 - 2 ** -23) * 2 ** 127;
const leastFloat = 2 ** -149;
/** At least 0, and finite in float32, which native code computes in. */
export const nonNegative: Range = { min: 0, max: greatestFloat };
/** Greater than 0, in float32 too. */
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
 * A finite number within `range`, or TYPE / RANGE.
 *
 * @param path as text, or what makes it, for checks of every step
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

/** A boolean, or TYPE. */
export function checkBoolean(path: string, value: unknown): boolean {
  if (typeof value !== 'boolean')
    throw new ThalwegError({
      code: 'TYPE',
      path,
      received: describe(value),
      expected: 'true or false',
    });
  return value;
}

/** One of a few strings, or RANGE with a suggestion. */
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
