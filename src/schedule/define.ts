/** Schedules as checked, plain values; each kind of schedule has one formula. */
import { ThalwegError } from '../errors.js';
import type { MetricPath } from '../metrics/path.js';
import {
  type Range,
  checkBoolean,
  checkNumber,
  checkOneOf,
  requireOptions,
  suggestion,
  wrongType,
} from '../options.js';
import { checkList, propertyOf } from '../values.js';
import type { Position, TimeUnit } from './position.js';

/** The properties that all schedules share. */
interface Kind {
  readonly kind: string;
}

/** Checks one option; `before` holds the checked options that were declared before it. */
type Field<T, V> = (path: string, value: unknown, before: V) => T;

/** Everything that is particular to one kind of schedule. */
interface Definition<V extends Kind> {
  readonly kind: V['kind'];
  readonly fields: { readonly [K in Exclude<keyof V, 'kind'>]: Field<V[K], V> };
  /** Computes the value at a position. */
  at(value: V, position: Position): number;
  /** Returns the metrics of the history that the formula reads. Default none. */
  metrics?(value: V): readonly MetricPath[];
}

const definitions = new Map<string, Definition<Kind>>();
/** The schedules that `build` made, which are checked and frozen. */
const checked = new WeakSet();

function build(definition: Definition<Kind>, path: string, given: unknown): Kind {
  const fields = Object.entries<Field<unknown, object>>(definition.fields);
  const options = requireOptions(
    path,
    given,
    fields.map(([key]) => key),
  );
  const value: Record<string, unknown> = { kind: definition.kind };
  for (const [key, field] of fields) value[key] = field(`${path}.${key}`, options[key], value);
  const made = Object.freeze(value) as unknown as Kind;
  checked.add(made);
  return made;
}

/** Makes the factory of a kind of schedule from its definition. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- each factory has its own
export function define<V extends Kind, Options>(
  definition: Definition<V>,
): (options: Options) => V {
  const known = definition as unknown as Definition<Kind>;
  definitions.set(definition.kind, known);
  return (options) => build(known, definition.kind, options) as V;
}

function definitionOf(value: Kind): Definition<Kind> {
  return definitions.get(value.kind)!;
}

/** The most names of a path; each nested schedule adds one name. */
const deepest = 32;

/** Returns `value` as a number or a schedule, which is checked again because it may come from a file. */
export function checkPlain(path: string, value: unknown): number | Kind {
  if (typeof value === 'number') return checkNumber(path, value, { min: 0 });
  if (path.split('.').length > deepest)
    throw new ThalwegError({
      code: 'DEPTH',
      path,
      received: `more than ${deepest} schedules within each other`,
      expected: `at most ${deepest}`,
    });
  const kind = propertyOf(value, 'kind');
  const definition = typeof kind === 'string' ? definitions.get(kind) : undefined;
  if (definition !== undefined) {
    const options = Object.entries(value as Kind).filter(([key]) => key !== 'kind');
    return build(definition, path, Object.fromEntries(options));
  }
  throw wrongType(
    path,
    kind ?? value,
    'a number or a schedule',
    typeof kind === 'string' ? suggestion(kind, [...definitions.keys()]) : '',
  );
}

/** Returns a checked schedule. A schedule that `build` made is not checked again, because that takes time. */
export function complete(path: string, value: unknown): number | Kind {
  return checked.has(value as object) ? (value as Kind) : checkPlain(path, value);
}

/** Returns the value at a position of a run. */
export function evaluate(value: number | Kind, position: Position): number {
  return typeof value === 'number' ? value : definitionOf(value).at(value, position);
}

/** Returns the value at the beginning of a run. */
export function startOf(value: number | Kind): number {
  return evaluate(value, { step: 0, epoch: 0, history: [] });
}

/** Returns the metrics that the value depends on. */
export function metricsOf(value: number | Kind): readonly MetricPath[] {
  return typeof value === 'number' ? [] : (definitionOf(value).metrics?.(value) ?? []);
}

/** Describes an option that is a number in a range. Without a fallback it must be given. */
export function number<V>(
  range: Range | ((before: V) => Range),
  fallback?: number | ((before: V) => number),
): Field<number, V> {
  return (path, value, before) =>
    checkNumber(
      path,
      value ?? (typeof fallback === 'function' ? fallback(before) : fallback),
      typeof range === 'function' ? range(before) : range,
    );
}

/** The range of a rate: finite, at least 0. */
export const rate: Range = { min: 0 };
/** The range of a length or period in whole steps or epochs. */
export const count: Range = { min: 1, integer: true };

/** Describes an option that is one of a few strings. */
export function choice<T extends string, V>(choices: readonly T[], fallback: T): Field<T, V> {
  return (path, value) => checkOneOf(path, value ?? fallback, choices);
}

/** Describes an option that is true or false. */
export function flag<V>(fallback: boolean): Field<boolean, V> {
  return (path, value) => checkBoolean(path, value ?? fallback);
}

/** The option `unit`, in which the schedule's time is counted. Default steps. */
export const unit: Field<TimeUnit, unknown> = choice(['step', 'epoch'], 'step');

/** Describes an option that is a list of at least one checked item. The list is frozen. */
export function list<T, V>(item: (path: string, value: unknown) => T): Field<readonly T[], V> {
  return (path, value) =>
    Object.freeze(checkList(path, value, 'an array of at least one item', item, 1));
}

/** Describes the borders between parts: whole numbers of at least 1 that rise. */
export function borders<V>(): Field<readonly number[], V> {
  const integers = list<number, V>((path, value) => checkNumber(path, value, count));
  return (path, value, before) => {
    const at = integers(path, value, before);
    const wrong = at.findIndex((border, i) => i > 0 && border <= at[i - 1]!);
    if (wrong === -1) return at;
    throw new ThalwegError({
      code: 'RANGE',
      path: `${path}[${wrong}]`,
      received: `${at[wrong]!} after ${at[wrong - 1]!}`,
      expected: 'borders that rise',
    });
  };
}

/** Throws MISMATCH unless the number of parts is the number of borders plus 1. */
export function checkParts(path: string, parts: readonly unknown[], at: readonly unknown[]): void {
  if (parts.length !== at.length + 1)
    throw new ThalwegError({
      code: 'MISMATCH',
      path,
      received: `${parts.length} for ${at.length} borders`,
      expected: 'one more than there are borders in `at`',
    });
}

/** Describes an option that is a number or a schedule. */
export function nested<T extends number | Kind, V>(): Field<T, V> {
  return (path, value) => checkPlain(path, value) as T;
}

/** Returns the number of borders at or before `time`. */
export function partAt(time: number, at: readonly number[]): number {
  let low = 0;
  for (let high = at.length; low < high;) {
    const middle = (low + high) >>> 1;
    if (at[middle]! <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Interpolates between two values. The result is exactly `from` where `weight` is 1, and exactly `to` where it
 * is 0. It is monotone in the weight and never outside the two values.
 */
export function blend(from: number, to: number, weight: number): number {
  if (weight >= 1) return from;
  const value = to + (from - to) * Math.max(weight, 0);
  return Math.min(Math.max(value, Math.min(from, to)), Math.max(from, to));
}

/** Falls from 1 to 0 along half a cosine while `share` rises from 0 to 1. */
export function cosineFall(share: number): number {
  return 0.5 * (1 + Math.cos(Math.PI * Math.min(Math.max(share, 0), 1)));
}
