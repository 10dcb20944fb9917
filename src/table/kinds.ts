/** Finds out what the texts of a column mean: dates, true and false, categories, or texts. */
import { Column, textKind } from './column.js';
import { type ColumnKind, NumberCells, TextCells, missingCode } from './cells.js';
import { parseDate } from './dates.js';

const trueOrFalse: ReadonlyMap<string, number> = new Map([
  ['true', 1],
  ['True', 1],
  ['TRUE', 1],
  ['false', 0],
  ['False', 0],
  ['FALSE', 0],
]);

/** Returns the number that stands for a text, or NaN. */
type Meaning = (text: string) => number;

const parseBoolean: Meaning = (text) => trueOrFalse.get(text) ?? NaN;

/** Replaces each text by the number that it means. A text without meaning becomes a missing value. */
function interpret(cells: TextCells, meaning: Float64Array): Float64Array<ArrayBuffer> {
  return Float64Array.from(cells.codes, (code) => (code === missingCode ? NaN : meaning[code]!));
}

/** Returns the numbers that all texts mean; undefined where one means none, or there are no texts. */
function commonMeaning({ dictionary }: TextCells, meaning: Meaning): Float64Array | undefined {
  if (dictionary.length === 0) return undefined;
  const numbers = new Float64Array(dictionary.length);
  for (let i = 0; i < dictionary.length; i++) {
    numbers[i] = meaning(dictionary[i]!);
    if (Number.isNaN(numbers[i])) return undefined;
  }
  return numbers;
}

/** Makes a column of texts; where all are dates, or true and false, they become a column of these. */
export function inferColumn(name: string, cells: TextCells, readsBooleans: boolean): Column {
  const kinds: readonly ('boolean' | 'date')[] = readsBooleans ? ['boolean', 'date'] : ['date'];
  for (const kind of kinds) {
    const meaning = commonMeaning(cells, kind === 'date' ? parseDate : parseBoolean);
    if (meaning !== undefined)
      return new Column(name, kind, new NumberCells(interpret(cells, meaning), kind, cells));
  }
  return new Column(name, textKind(cells), cells);
}

/** Returns the number that each row's text means, and NaN where it means none or is missing. */
export function numbersOfTexts(
  cells: TextCells,
  kind: 'boolean' | 'date',
): Float64Array<ArrayBuffer> {
  const parse = kind === 'date' ? parseDate : parseBoolean;
  return interpret(cells, Float64Array.from(cells.dictionary, parse));
}

/**
 * Makes a column of a kind that the caller chose, from texts.
 *
 * @param refuse is called with the place in the dictionary of each text that is not of this kind
 */
export function columnOfKind(
  name: string,
  kind: 'boolean' | 'date' | 'category' | 'text',
  cells: TextCells,
  refuse: (code: number) => void,
): Column {
  if (kind === 'category' || kind === 'text') return new Column(name, kind, cells);
  const parse = kind === 'date' ? parseDate : parseBoolean;
  const meaning = Float64Array.from(cells.dictionary, parse);
  meaning.forEach((number, code) => {
    if (Number.isNaN(number)) refuse(code);
  });
  return new Column(name, kind, new NumberCells(interpret(cells, meaning), kind));
}

/** Makes a column of numbers, which are integers where all of them are exact ones. */
export function numberColumn(
  name: string,
  values: Float64Array<ArrayBuffer>,
  isInteger: boolean,
): Column {
  const kind: ColumnKind = isInteger ? 'integer' : 'number';
  return new Column(name, kind, new NumberCells(values, kind));
}
