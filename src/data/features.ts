/** Describes what becomes of the columns of a table before a network sees them. */
import { ThalwegError } from '../errors.js';
import { checkOptions, isArray, requireOptions, shorten, wrongType } from '../options.js';
import { type MapTransform, type Transform, checkChain, fitChain } from '../table/chain.js';
import { Column } from '../table/column.js';
import { Table } from '../table/table.js';
import { isInstance } from '../values.js';
import { Preprocessing } from './preprocessing.js';
import { fitTarget } from './fitted-target.js';
import { type Target, target } from './target.js';

/** The transforms of each column: one, or a list that is applied in its order. */
export type FeatureTransforms = Readonly<Record<string, Transform | readonly Transform[]>>;

/** A description of inputs and target, which is fitted by training rows. */
export class Features {
  readonly #chains: ReadonlyMap<string, readonly Transform[]>;
  readonly #target: Target | undefined;

  /**
   * Use {@link features}.
   *
   * @internal
   */
  constructor(chains: ReadonlyMap<string, readonly Transform[]>, learned: Target | undefined) {
    if (!isInstance(chains, Map)) throw wrongType('new data.Features', chains, 'data.features');
    this.#chains = chains;
    this.#target = learned;
    Object.freeze(this);
  }

  /**
   * Finds means, categories and words in training rows. Give it those alone: what it finds in rows for
   * validation would make the validation too good.
   *
   * @param table the rows for training, at least one
   * @throws ThalwegError MISSING for a column that is not there, TYPE for one of another kind, RANGE, NONFINITE
   */
  fit(table: Table): Preprocessing {
    if (!isInstance(table, Table)) throw wrongType('fit', table, 'a table such as data.csv reads');
    if (table.length === 0)
      throw new ThalwegError({
        code: 'RANGE',
        path: 'fit',
        received: 'no row',
        expected: 'at least one row',
      });
    const chains = [...this.#chains].map(([name, transforms]) =>
      fitChain(name, transforms, Column.cells(table.column(name), 'fit')),
    );
    const learned = this.#target;
    const fitted = learned === undefined ? undefined : fitTarget(learned, table);
    // The values are parsed as those of a file, so that no one trains what a file cannot hold.
    return Preprocessing.fromJSON(new Preprocessing(chains, fitted).toJSON());
  }
}

/** The most columns of a description. */
const mostColumns = 100_000;

/**
 * Describes the inputs of a network by columns and their transforms: the order here is the order of the
 * inputs. Columns that are not named are left out.
 *
 * @param transforms for each column a transform of `data.transform`, or a list of them
 * @param options `target` is the column that the network learns. Default: none
 * @throws ThalwegError TYPE, RANGE, UNKNOWN_OPTION, DUPLICATE where the target is a feature too
 * @example
 * const { impute, oneHot, standardize } = data.transform;
 * const features = data.features(
 *   { power: [impute('median'), standardize()], origin: oneHot() },
 *   { target: data.target('milesPerGallon', { transform: standardize() }) },
 * );
 * const prepared = features.fit(cars);
 * const set = prepared.dataset(cars);
 */
export function features(
  transforms: FeatureTransforms,
  options: { readonly target?: Target } = {},
): Features {
  const names =
    typeof transforms === 'object' && transforms !== null ? Object.keys(transforms) : [];
  const given = requireOptions('features', transforms, names);
  if (names.length === 0 || names.length > mostColumns || isArray(transforms))
    throw wrongType('features', transforms, 'an object with a transform for each column');
  const chains = new Map(
    names.map((name) => [name, checkChain(`features.${shorten(name)}`, given[name])]),
  );
  const { target: described } = checkOptions('features', options, ['target']);
  const learned = described === undefined ? undefined : checkTarget(described);
  if (learned !== undefined && chains.has(learned.column)) throw learnedFeature(learned.column);
  return new Features(chains, learned);
}

function learnedFeature(column: string): ThalwegError {
  return new ThalwegError({
    code: 'DUPLICATE',
    path: `features.${shorten(column)}`,
    received: 'the target as a feature too',
    expected: 'features without the column that the network learns',
  });
}

/** Makes a target again, which a caller may have written by hand. */
function checkTarget(value: unknown): Target {
  const { column, as, transforms } = checkOptions('target', value, ['column', 'as', 'transforms']);
  return target(column as string, {
    ...(as === undefined ? {} : { as: as as 'classes' }),
    ...(transforms === undefined ? {} : { transform: transforms as readonly MapTransform[] }),
  });
}
