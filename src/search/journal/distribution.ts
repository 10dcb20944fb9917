/** Translates parameters to the distributions of Optuna's journal, and back. */
import {
  type Infer,
  anyNumber,
  boolean,
  list,
  object,
  oneOf,
  optional,
  where,
} from '../../schema.js';
import type { ChoiceValue, PlainDimension } from '../space.js';

function numberOrNull(value: unknown): number | null {
  return value === null ? null : anyNumber(value);
}

function choiceValue(value: unknown): ChoiceValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  return anyNumber(value);
}

const named = object({
  name: oneOf('FloatDistribution', 'IntDistribution', 'CategoricalDistribution'),
  attributes: object({
    low: optional(anyNumber),
    high: optional(anyNumber),
    log: optional(boolean),
    step: optional(numberOrNull),
    choices: optional(where(list(choiceValue, 10_000), ({ length }) => length > 0, 'choices')),
  }),
});

/** A distribution of Optuna, as its journal holds it. */
export type Distribution = Infer<typeof named>;

/** Accepts a distribution; older journals have other classes, which Optuna itself no longer writes. */
export const distribution = named;

/** Returns the distribution of a parameter. */
export function toDistribution(dimension: PlainDimension): Distribution {
  if (dimension.kind === 'choice')
    return { name: 'CategoricalDistribution', attributes: { choices: dimension.choices } };
  const { kind, low } = dimension;
  if (kind !== 'integer') {
    const { high } = dimension;
    const attributes = { step: null, low, high, log: kind === 'logUniform' };
    return { name: 'FloatDistribution', attributes };
  }
  const { log, step } = dimension;
  // Optuna asks that the step leads to the upper end.
  const high = low + Math.floor((dimension.high - low) / step) * step;
  return { name: 'IntDistribution', attributes: { log, step, low, high } };
}

/** Returns the number that the journal holds for a value: the index of a choice. */
export function toInternal(dimension: PlainDimension, value: ChoiceValue): number {
  return dimension.kind === 'choice' ? dimension.choices.indexOf(value) : (value as number);
}

/** Returns the value that a number in the journal stands for; undefined for an index beyond the choices. */
export function fromInternal(
  { attributes: { choices } }: Distribution,
  internal: number,
): ChoiceValue | undefined {
  return choices === undefined ? internal : choices[internal];
}
