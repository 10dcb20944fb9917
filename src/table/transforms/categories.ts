/** Categories as inputs: one input for each, or the number of the category. */
import { ThalwegError } from '../../errors.js';
import { checkNumber, checkOneOf, checkOptions } from '../../options.js';
import { type Schema, boolean, list, object, oneOf, text, where } from '../../schema.js';
import { type Cells, type TextCells, missingCode } from '../cells.js';
import { type EncodeKind, missingValue, noValues, unseenValue } from './step.js';

const unknowns = ['refuse', 'zeros'] as const;

/** Makes an input for each category. */
export interface OneHot {
  /** Names the transform. */
  readonly kind: 'oneHot';
  /** The fate of a value that no training row has. */
  readonly unknown: (typeof unknowns)[number];
  /** The most categories or words. */
  readonly most: number;
}

interface FittedOneHot {
  readonly kind: 'oneHot';
  readonly unknown: (typeof unknowns)[number];
  readonly categories: readonly string[];
  /** True where training rows lacked a value: this is then a category too, the last. */
  readonly hasMissing: boolean;
}

/** Makes the number of each category. */
export interface Ordinal {
  /** Names the transform. */
  readonly kind: 'ordinal';
}

interface FittedOrdinal {
  readonly kind: 'ordinal';
  readonly categories: readonly string[];
}

/** Options of {@link oneHot}. */
export interface OneHotOptions {
  /** The fate of a value that no training row has: an error, or zeros alone. Default `'refuse'`. */
  readonly unknown?: 'refuse' | 'zeros';
  /** The most categories, against a column of names by mistake. Default 1,000. */
  readonly most?: number;
}

/** The most categories that a file may list. */
const mostInFile = 2 ** 20;

/** Accepts texts that differ. */
export const differentTexts: Schema<readonly string[]> = where(
  list(text(), mostInFile),
  (texts) => texts.length > 0 && new Set(texts).size === texts.length,
  'different texts',
);

/** Returns the values that occur, sorted as numbers where they are numbers, and otherwise as texts. */
export function categoriesOf(cells: Cells): readonly string[] {
  const texts = cells.texts();
  const counts = texts.counts();
  const present = texts.dictionary.filter((_, code) => counts[code]! > 0);
  const isNumeric =
    cells.numbers() !== undefined && present.every((each) => each === String(Number(each)));
  return isNumeric ? present.sort((a, b) => Number(a) - Number(b)) : present.sort();
}

/** Returns the place of each row's category; -1 for a missing value, and -2 for another. */
export function placesOf(texts: TextCells, categories: readonly string[]): Int32Array {
  const places = new Map(categories.map((category, i) => [category, i]));
  const ofCode = texts.dictionary.map((each) => places.get(each) ?? -2);
  return Int32Array.from(texts.codes, (code) => (code === missingCode ? -1 : ofCode[code]!));
}

export const oneHotKind: EncodeKind<OneHot, FittedOneHot> = {
  fit({ unknown, most }, cells, path) {
    const categories = categoriesOf(cells);
    if (categories.length === 0) throw noValues(path);
    if (categories.length > most)
      throw new ThalwegError({
        code: 'RANGE',
        path,
        received: `${categories.length} different values`,
        expected: `at most ${most} categories`,
        remedy: 'hashedWords() takes texts, and ordinal() numbers categories for an embedding',
      });
    return { kind: 'oneHot', unknown, categories, hasMissing: cells.countMissing() > 0 };
  },
  schema: object({
    kind: oneOf('oneHot'),
    unknown: oneOf(...unknowns),
    categories: differentTexts,
    hasMissing: boolean,
  }),
  inputs: ({ categories, hasMissing }) => [
    ...categories.map((each) => `=${each}`),
    ...(hasMissing ? [' missing'] : []),
  ],
  encode({ categories, unknown, hasMissing }, cells, path, { out, offset, stride }) {
    const texts = cells.texts();
    placesOf(texts, categories).forEach((place, row) => {
      const missing = hasMissing ? categories.length : -1;
      const column = place === -1 ? missing : place;
      if (column >= 0) out[offset + row * stride + column] = 1;
      else if (place === -1) throw missingValue(path, row);
      else if (unknown === 'refuse') throw unseenValue(path, row, String(texts.at(row)));
    });
  },
};

export const ordinalKind: EncodeKind<Ordinal, FittedOrdinal> = {
  fit(_, cells, path) {
    const categories = categoriesOf(cells);
    if (categories.length === 0) throw noValues(path);
    return { kind: 'ordinal', categories };
  },
  schema: object({ kind: oneOf('ordinal'), categories: differentTexts }),
  inputs: () => [''],
  encode({ categories }, cells, path, { out, offset, stride }) {
    const texts = cells.texts();
    placesOf(texts, categories).forEach((place, row) => {
      if (place === -1) throw missingValue(path, row);
      if (place < 0) throw unseenValue(path, row, String(texts.at(row)));
      out[offset + row * stride] = place;
    });
  },
};

/**
 * Makes an input for each value of the training rows, which is 1 where a row has the value and else 0. Where
 * training rows lack a value, this is a category too. The values come in their order.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function oneHot(options: OneHotOptions = {}): OneHot {
  const { unknown, most } = checkOptions('oneHot', options, ['unknown', 'most']);
  return Object.freeze({
    kind: 'oneHot',
    unknown: checkOneOf('oneHot.unknown', unknown ?? 'refuse', unknowns),
    most: checkNumber('oneHot.most', most ?? 1000, { min: 1, max: mostInFile, integer: true }),
  });
}

/**
 * Makes one input of the number of each value, from 0, in the order of the values of the training rows. It
 * is meant for an embedding; others take the order for a size.
 */
export function ordinal(): Ordinal {
  return Object.freeze({ kind: 'ordinal' });
}
