/** Describes the column that a network learns. */
import { ThalwegError } from '../errors.js';
import { checkOneOf, checkOptions, checkText } from '../options.js';
import { type MapTransform, type Transform, checkChain, isInvertible } from '../table/chain.js';

/** The column that a network learns; {@link target} makes it. */
export interface Target {
  /** The name of the column. */
  readonly column: string;
  /** `classes` of names, or `values`; undefined where the kind of the column decides. */
  readonly as: 'classes' | 'values' | undefined;
  /** The transforms of values. */
  readonly transforms: readonly Transform[];
}

/** Options of {@link target}. */
export interface TargetOptions {
  /**
   * `classes`: each different value is a class. `values`: numbers. Default: `values` for a column of numbers,
   * and else `classes`.
   */
  readonly as?: 'classes' | 'values';
  /** Transforms of values that can be turned back: `log1p`, `standardize`, `minMax`, `robust`. Default: none. */
  readonly transform?: MapTransform | readonly MapTransform[];
}

/**
 * Names the column that a network learns. Texts, and true and false, are classes, whose names are kept.
 * Numbers are values, which transforms bring near 0 and whose predictions are turned back.
 *
 * @throws ThalwegError TYPE, RANGE, UNKNOWN_OPTION
 * @example
 * const { log1p, standardize } = data.transform;
 * const price = data.target('price', { transform: [log1p(), standardize()] });
 */
export function target(column: string, options: TargetOptions = {}): Target {
  const { as, transform } = checkOptions('target', options, ['as', 'transform']);
  const transforms = transform === undefined ? [] : checkChain('target.transform', transform);
  const wrong = transforms.find((each) => !isInvertible(each));
  if (wrong !== undefined)
    throw new ThalwegError({
      code: 'RANGE',
      path: 'target.transform',
      received: wrong.kind,
      expected: 'a transform that can be turned back: log1p, standardize, minMax or robust',
    });
  const known = ['classes', 'values'] as const;
  const checked = as === undefined ? undefined : checkOneOf('target.as', as, known);
  if (checked === 'classes' && transforms.length > 0)
    throw new ThalwegError({
      code: 'RANGE',
      path: 'target.transform',
      received: 'transforms of classes',
      expected: 'no transform, except for values',
    });
  return Object.freeze({
    column: checkText('target', column),
    as: checked,
    transforms: Object.freeze(transforms),
  });
}
