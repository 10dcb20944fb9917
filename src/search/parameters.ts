/** Checks a space once, and gives its parameters in the form that samplers use. */
import { ThalwegError } from '../errors.js';
import { describe, isArray, shorten, suggestion, wrongType } from '../options.js';
import { isObject } from '../values.js';
import {
  type ChoiceValue,
  type Conditional,
  type PlainDimension,
  choice,
  conditional,
  integer,
  isPlainDimension,
  logUniform,
  uniform,
} from './space.js';

/** The values of a trial, whatever its space. */
export type AnyValues = Readonly<Record<string, ChoiceValue>>;

/** A choice and the values of it at which a trial has a parameter. */
export interface Condition {
  /** The name of the choice. */
  readonly name: string;
  /** The values at which the condition holds. */
  readonly values: readonly ChoiceValue[];
}

/** A parameter of a checked space. */
export interface Parameter {
  /** The name of the parameter. */
  readonly name: string;
  /** The range or the choices of the parameter. */
  readonly dimension: PlainDimension;
  /** The conditions that must all hold; none for a parameter that every trial has. */
  readonly when: readonly Condition[];
}

/** Returns true where a trial with these earlier values has the parameter. */
export function isActive({ when }: Parameter, values: AnyValues): boolean {
  return when.every(
    ({ name, values: those }) => Object.hasOwn(values, name) && those.includes(values[name]!),
  );
}

/** The most parameters of a space, and the most characters of a name. */
const [mostParameters, longestName] = [1000, 200];

/** JavaScript moves keys that are whole numbers before all others, so the order would be another one. */
const badName = /^(\d+|__proto__|)$/;

function checkName(path: string, name: string): void {
  if (!badName.test(name) && name.length <= longestName) return;
  throw new ThalwegError({
    code: 'RANGE',
    path: `${path}.${shorten(name)}`,
    received: describe(name),
    expected: `a name of 1 to ${longestName} characters that is no whole number`,
  });
}

/** Makes a dimension again by its function, so that one that was written by hand is checked, too. */
function remake(dimension: PlainDimension): PlainDimension {
  switch (dimension.kind) {
    case 'uniform':
      return uniform(dimension.low, dimension.high);
    case 'logUniform':
      return logUniform(dimension.low, dimension.high);
    case 'integer':
      return integer(dimension.low, dimension.high, { log: dimension.log, step: dimension.step });
    case 'choice':
      return choice(dimension.choices);
  }
}

const makers = 'search.uniform, logUniform, integer, choice or conditional';

function checkConditions(
  path: string,
  { when }: Conditional,
  before: readonly Parameter[],
): Condition[] {
  const choices = new Map(
    before.flatMap(({ name, dimension }) =>
      dimension.kind === 'choice' ? [[name, dimension.choices] as const] : [],
    ),
  );
  return Object.entries(when).map(([name, given]) => {
    const values = isArray(given) ? given : [given];
    const known = choices.get(name);
    const wrong = known === undefined ? name : values.find((value) => !known.includes(value));
    if (known !== undefined && wrong === undefined) return { name, values };
    throw new ThalwegError({
      code: 'RANGE',
      path: `${path}.when.${name}`,
      received: describe(wrong),
      expected: known === undefined ? 'a choice that stands before it' : 'a value of the choice',
      remedy: suggestion(String(wrong), (known ?? [...choices.keys()]).map(String)),
    });
  });
}

function checkParameter(path: string, value: unknown, before: readonly Parameter[]) {
  if (isPlainDimension(value)) return { dimension: remake(value), when: [] };
  if (!isObject(value) || (value as { readonly kind?: unknown }).kind !== 'conditional')
    throw wrongType(path, value, makers);
  const { dimension, when } = value as Conditional;
  const made = conditional(dimension, { when });
  return { dimension: remake(made.dimension), when: checkConditions(path, made, before) };
}

/**
 * Returns the parameters of a space, in its order.
 *
 * @throws ThalwegError TYPE, RANGE, DUPLICATE
 */
export function checkSpace(path: string, space: unknown): readonly Parameter[] {
  if (!isObject(space) || isArray(space)) throw wrongType(path, space, 'an object of parameters');
  const entries = Object.entries(space);
  if (entries.length === 0 || entries.length > mostParameters)
    throw new ThalwegError({
      code: 'RANGE',
      path,
      received: `${entries.length} parameters`,
      expected: `1 to ${mostParameters}`,
    });
  const parameters: Parameter[] = [];
  for (const [name, value] of entries) {
    checkName(path, name);
    parameters.push({ name, ...checkParameter(`${path}.${name}`, value, parameters) });
  }
  return parameters;
}

/** Returns true for a value that the parameter can have. */
function isWithin(dimension: PlainDimension, value: unknown): boolean {
  if (dimension.kind === 'choice') return dimension.choices.includes(value as ChoiceValue);
  if (typeof value !== 'number' || !(value >= dimension.low && value <= dimension.high))
    return false;
  return dimension.kind !== 'integer' || (value - dimension.low) % dimension.step === 0;
}

/** Describes the values of a parameter in an error. */
function rangeText(dimension: PlainDimension): string {
  if (dimension.kind === 'choice') return dimension.choices.slice(0, 10).map(describe).join(' or ');
  const { kind, low, high } = dimension;
  return `${kind === 'integer' ? 'an integer' : 'a number'} in [${low}, ${high}]`;
}

/**
 * Returns a copy of values that belong to the space: each parameter that the trial has, and no other.
 *
 * @throws ThalwegError TYPE, RANGE, MISSING, UNKNOWN_OPTION
 */
export function checkValues(
  path: string,
  parameters: readonly Parameter[],
  given: unknown,
): AnyValues {
  if (!isObject(given) || isArray(given)) throw wrongType(path, given, 'an object of values');
  const source = given as Readonly<Record<string, unknown>>;
  const values: Record<string, ChoiceValue> = {};
  for (const parameter of parameters) {
    const { name, dimension } = parameter;
    if (!isActive(parameter, values)) continue;
    const value = Object.hasOwn(source, name) ? source[name] : undefined;
    if (value === undefined || !isWithin(dimension, value))
      throw new ThalwegError({
        code: value === undefined ? 'MISSING' : 'RANGE',
        path: `${path}.${name}`,
        received: value === undefined ? 'nothing' : describe(value),
        expected: rangeText(dimension),
      });
    values[name] = value as ChoiceValue;
  }
  const odd = Object.keys(source).find((name) => !Object.hasOwn(values, name));
  if (odd === undefined) return values;
  throw new ThalwegError({
    code: 'UNKNOWN_OPTION',
    path: `${path}.${shorten(odd)}`,
    received: 'a parameter that this trial lacks',
    expected: 'a parameter of the trial',
    remedy: suggestion(odd, Object.keys(values)),
  });
}
