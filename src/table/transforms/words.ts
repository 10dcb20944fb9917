/** Words of texts as inputs: counts of known words, or of hashed ones. */
import { checkNumber, checkOptions } from '../../options.js';
import { number, object, oneOf } from '../../schema.js';
import type { Cells } from '../cells.js';
import { differentTexts } from './categories.js';
import { murmur3 } from './murmur3.js';
import { type EncodeKind, type Inputs, noValues } from './step.js';

/** Counts words in buckets that their hashes choose. */
export interface HashedWords {
  /** Names the transform. */
  readonly kind: 'hashedWords';
  /** The number of inputs. */
  readonly buckets: number;
}

/** Counts known words. */
export interface BagOfWords {
  /** Names the transform. */
  readonly kind: 'bagOfWords';
  /** The most categories or words. */
  readonly most: number;
}

interface FittedBagOfWords {
  readonly kind: 'bagOfWords';
  readonly words: readonly string[];
}

/** Options of {@link bagOfWords}. */
export interface BagOfWordsOptions {
  /** The most words; rare ones are left out. Default 1,000. */
  readonly most?: number;
}

/** The most buckets or words. */
const mostWords = 2 ** 20;

/** Returns the words of a text in lower case, of two letters or digits and more. */
function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_]{2,}/gu) ?? [];
}

/** Calls `add` with each word of each row. A row without a text has no words. */
function forEachWord(cells: Cells, add: (word: string, row: number) => void): void {
  const texts = cells.texts();
  for (let row = 0; row < texts.length; row++)
    for (const word of wordsOf(texts.at(row) ?? '')) add(word, row);
}

export const hashedWordsKind: EncodeKind<HashedWords, HashedWords> = {
  fit: (description) => description,
  schema: object({
    kind: oneOf('hashedWords'),
    buckets: number({ min: 1, max: mostWords, integer: true }),
  }),
  inputs: ({ buckets }) => Array.from({ length: buckets }, (_, i) => ` bucket ${i}`),
  encode({ buckets }, cells, _, inputs) {
    const { out, offset, stride } = inputs;
    forEachWord(cells, (word, row) => {
      const hash = murmur3(word);
      const place = offset + row * stride + (Math.abs(hash) % buckets);
      out[place] = out[place]! + (hash >= 0 ? 1 : -1);
    });
    for (let row = 0; row < cells.length; row++) normalize(inputs, row, buckets);
  },
};

/** Scales one row's inputs to the length 1. */
function normalize({ out, offset, stride }: Inputs, row: number, width: number): void {
  const start = offset + row * stride;
  const inputs = out.subarray(start, start + width);
  let squares = 0;
  for (let i = 0; i < width; i++) squares += inputs[i]! * inputs[i]!;
  if (squares === 0) return;
  const length = Math.sqrt(squares);
  for (let i = 0; i < width; i++) inputs[i] = inputs[i]! / length;
}

export const bagOfWordsKind: EncodeKind<BagOfWords, FittedBagOfWords> = {
  fit({ most }, cells, path) {
    const counts = new Map<string, number>();
    forEachWord(cells, (word) => counts.set(word, (counts.get(word) ?? 0) + 1));
    if (counts.size === 0) throw noValues(path);
    const frequent = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    const words = frequent.slice(0, most).map(([word]) => word);
    return { kind: 'bagOfWords', words: words.sort() };
  },
  schema: object({ kind: oneOf('bagOfWords'), words: differentTexts }),
  inputs: ({ words }) => words.map((word) => ` ${word}`),
  encode({ words }, cells, _, { out, offset, stride }) {
    const places = new Map(words.map((word, i) => [word, i]));
    forEachWord(cells, (word, row) => {
      const place = places.get(word);
      if (place !== undefined) out[offset + row * stride + place]!++;
    });
  },
};

/**
 * Counts the words of texts in a fixed number of buckets, which the hash of a word chooses together with the
 * sign of its count (MurmurHash3; Weinberger et al. 2009), and scales each row to the length 1. It learns no
 * words, so that it takes any text. A missing text has no words.
 *
 * @param buckets the number of inputs, from 1 to 2^20. Default 16,384
 * @throws ThalwegError RANGE, TYPE
 */
export function hashedWords(buckets = 2 ** 14): HashedWords {
  const range = { min: 1, max: mostWords, integer: true };
  return Object.freeze({
    kind: 'hashedWords',
    buckets: checkNumber('hashedWords', buckets, range),
  });
}

/**
 * Counts each of the most frequent words of the training rows. Other words are left out, and a missing text
 * has no words.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function bagOfWords(options: BagOfWordsOptions = {}): BagOfWords {
  const { most } = checkOptions('bagOfWords', options, ['most']);
  const range = { min: 1, max: mostWords, integer: true };
  return Object.freeze({
    kind: 'bagOfWords',
    most: checkNumber('bagOfWords.most', most ?? 1000, range),
  });
}
