/** Describes what a search varies: parameters with ranges or choices, some of them only at times. */
import { ThalwegError } from '../errors.js';
import { checkBoolean, checkNumber, checkOptions, requireOptions, wrongType } from '../options.js';
import { checkList, isObject } from '../values.js';
import { describe, isArray } from '../options.js';

/** A value that a choice may offer. */
export type ChoiceValue = string | number | boolean | null;

/** A real number whose logarithm is uniform: each power of ten is as likely as any other. */
export interface LogUniform {
  /** The kind of parameter. */
  readonly kind: 'logUniform';
  /** The least value, greater than 0. */
  readonly low: number;
  /** The greatest value. */
  readonly high: number;
}

/** A real number that is uniform in its range. */
export interface Uniform {
  /** The kind of parameter. */
  readonly kind: 'uniform';
  /** The least value. */
  readonly low: number;
  /** The greatest value. */
  readonly high: number;
}

/** A whole number in a range. */
export interface Integer {
  /** The kind of parameter. */
  readonly kind: 'integer';
  /** The least value. */
  readonly low: number;
  /** The greatest value. */
  readonly high: number;
  /** True where the logarithm is uniform. */
  readonly log: boolean;
  /** The distance between two values; 1 where `log` is true. */
  readonly step: number;
}

/** One of several values without an order. */
export interface Choice<T extends ChoiceValue = ChoiceValue> {
  /** The kind of parameter. */
  readonly kind: 'choice';
  /** The values, each different. */
  readonly choices: readonly T[];
}

/** A parameter that every trial has. */
export type PlainDimension = LogUniform | Uniform | Integer | Choice;

/** The choices, by name, on which a parameter depends: one value of each, or a list of several. */
export type When = Readonly<Record<string, ChoiceValue | readonly ChoiceValue[]>>;

/** A parameter that only some trials have. */
export interface Conditional<D extends PlainDimension = PlainDimension> {
  /** The kind of parameter. */
  readonly kind: 'conditional';
  /** The parameter where the condition holds. */
  readonly dimension: D;
  /** The trial has the parameter where each of these choices has one of these values. */
  readonly when: When;
}

/** A parameter of a search. */
export type Dimension = PlainDimension | Conditional;

/** The parameters of a search, by name. */
export type Space = Readonly<Record<string, Dimension>>;

/** The type of a parameter's value. */
export type ValueOf<D> = D extends Choice<infer T> ? T : number;

/** The values of a trial. Parameters with a condition are optional. */
export type Values<S extends Space = Space> = {
  readonly [K in keyof S as S[K] extends Conditional ? never : K]: ValueOf<S[K]>;
} & {
  readonly [K in keyof S as S[K] extends Conditional ? K : never]?: S[K] extends Conditional<
    infer D
  >
    ? ValueOf<D>
    : never;
};

/** Throws RANGE where a range is empty or reversed. */
function checkOrder(path: string, low: number, high: number): void {
  checkNumber(`${path}.high`, high, { min: low, openMin: true });
}

/** The greatest size of a bound; the width of a range is then finite. */
const largest = Number.MAX_VALUE / 4;

/**
 * Describes a number whose exponent is uniform, such as a learning rate: `10^uniform(log10 low, log10 high)`.
 *
 * @param low the least value, greater than 0
 * @param high the greatest value, above `low`
 * @throws ThalwegError RANGE, TYPE
 * @example
 * const space = { learningRate: search.logUniform(1e-6, 10) };
 */
export function logUniform(low: number, high: number): LogUniform {
  checkNumber('logUniform.low', low, { min: 0, openMin: true, max: largest });
  checkOrder('logUniform', low, checkNumber('logUniform.high', high, { max: largest }));
  return Object.freeze({ kind: 'logUniform', low, high });
}

/**
 * Describes a number that is uniform between two bounds, such as a momentum.
 *
 * @param low the least value
 * @param high the greatest value, above `low`
 * @throws ThalwegError RANGE, TYPE
 */
export function uniform(low: number, high: number): Uniform {
  checkNumber('uniform.low', low, { min: -largest, max: largest });
  checkOrder('uniform', low, checkNumber('uniform.high', high, { max: largest }));
  return Object.freeze({ kind: 'uniform', low, high });
}

/** Options of {@link integer}. */
export interface IntegerOptions {
  /** True makes the logarithm uniform, as for widths of layers; `low` is then at least 1. Default false. */
  readonly log?: boolean;
  /** The distance between two values, an integer, at least 1; only 1 where `log` is true. Default 1. */
  readonly step?: number;
}

/** Integers of this size are exact, and so are half of them and their differences. */
const largestInteger = 2 ** 50;

/**
 * Describes a whole number between two bounds, both included. With `step`, `high` may not be reached.
 *
 * @param low the least value
 * @param high the greatest value, above `low`
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @example
 * const space = { units: search.integer(16, 512, { log: true }), layers: search.integer(1, 4) };
 */
export function integer(low: number, high: number, options: IntegerOptions = {}): Integer {
  checkOptions('integer', options, ['log', 'step']);
  const log = checkBoolean('integer.log', options.log ?? false);
  const min = log ? 1 : -largestInteger;
  checkNumber('integer.low', low, { min, max: largestInteger, integer: true });
  checkNumber('integer.high', high, { max: largestInteger, integer: true });
  checkOrder('integer', low, high);
  const most = log ? 1 : high - low;
  const step = checkNumber('integer.step', options.step ?? 1, { min: 1, max: most, integer: true });
  return Object.freeze({ kind: 'integer', low, high, log, step });
}

function checkChoiceValue(path: string, value: unknown): ChoiceValue {
  if (typeof value === 'number') return checkNumber(path, value);
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  throw wrongType(path, value, 'text, a number, true, false or null');
}

/** The most values of a choice. */
const mostChoices = 1000;

/** Returns a frozen copy of different values. */
function checkChoices(path: string, value: unknown, least: number): readonly ChoiceValue[] {
  if (isArray(value) && value.length > mostChoices)
    throw new ThalwegError({
      code: 'RANGE',
      path,
      received: describe(value),
      expected: `an array of at most ${mostChoices} values`,
      remedy: 'use search.integer for numbers with an order',
    });
  const list = checkList(
    path,
    value,
    `an array of at least ${least} values`,
    checkChoiceValue,
    least,
  );
  const again = list.findIndex((each, i) => list.indexOf(each) < i);
  if (again >= 0)
    throw new ThalwegError({
      code: 'DUPLICATE',
      path: `${path}[${again}]`,
      received: `${describe(list[again])} a second time`,
      expected: 'each value once',
    });
  return Object.freeze([...list]);
}

/**
 * Describes one of several values without an order, such as names of optimizers. Give the numbers of a
 * range to `uniform`, `logUniform` or `integer` instead: samplers then know which of them are near.
 *
 * @param choices from 2 to 1000 different texts, finite numbers, booleans or null
 * @throws ThalwegError RANGE, TYPE, DUPLICATE
 */
export function choice<const T extends ChoiceValue>(choices: readonly T[]): Choice<T> {
  const list = checkChoices('choice', choices, 2) as readonly T[];
  return Object.freeze({ kind: 'choice', choices: list });
}

/** Options of {@link conditional}. */
export interface ConditionalOptions {
  /** The choices, by name, on which the parameter depends: one value of each, or a list of several. */
  readonly when: When;
}

function checkWhen(when: unknown): When {
  const path = 'conditional.when';
  if (!isObject(when) || isArray(when) || Object.keys(when).length === 0)
    throw wrongType(path, when, 'an object of at least one choice');
  const entries = Object.entries(when).map(([name, value]: [string, unknown]) => {
    const values = isArray(value) ? value : [value];
    return [name, checkChoices(`${path}.${name}`, values, 1)] as const;
  });
  return Object.freeze(Object.fromEntries(entries));
}

/** Returns true for what the functions above make. */
export function isPlainDimension(value: unknown): value is PlainDimension {
  const kind = isObject(value) ? (value as { readonly kind?: unknown }).kind : undefined;
  return typeof kind === 'string' && ['logUniform', 'uniform', 'integer', 'choice'].includes(kind);
}

/**
 * Describes a parameter that a trial has only where choices before it in the space have given values. Other
 * trials lack it.
 *
 * @throws ThalwegError RANGE, TYPE, DUPLICATE, UNKNOWN_OPTION
 * @example
 * const space = {
 *   optimizer: search.choice(['adam', 'momentum']),
 *   momentum: search.conditional(search.uniform(0.5, 0.99), { when: { optimizer: 'momentum' } }),
 * };
 */
export function conditional<D extends PlainDimension>(
  dimension: D,
  options: ConditionalOptions,
): Conditional<D> {
  if (!isPlainDimension(dimension))
    throw wrongType('conditional.dimension', dimension, 'a parameter without a condition');
  const { when } = requireOptions('conditional', options, ['when']);
  return Object.freeze({ kind: 'conditional', dimension, when: checkWhen(when) });
}
