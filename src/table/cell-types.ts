/** The types of values: what training rows have had, new rows must have. */
import { wrongType } from '../options.js';
import { type Cells, NumberCells, TextCells, type ValueType, missingCode } from './cells.js';
import { numbersOfTexts } from './kinds.js';

const expected: Readonly<Record<ValueType, string>> = {
  number: 'a number, as in the training rows',
  boolean: 'true or false, as in the training rows',
  date: 'a date such as 2026-11-29, as in the training rows',
  text: 'a text, as in the training rows',
};

/** Returns the type of a column's values. */
export function valueTypeOf(cells: Cells): ValueType {
  if (!(cells instanceof NumberCells)) return 'text';
  return cells.kind === 'integer' ? 'number' : cells.kind;
}

/** Makes cells without any value. */
function missingCells(type: ValueType, length: number): Cells {
  return type === 'text'
    ? new TextCells(new Uint32Array(length).fill(missingCode), [])
    : new NumberCells(new Float64Array(length).fill(NaN), type);
}

function refuse(cells: Cells, row: number, type: ValueType, path: string): Error {
  const remedy = `read the column as { kinds: { …: '${type}' } }`;
  return wrongType(`${path}, row ${row}`, cells.at(row), expected[type], remedy);
}

/**
 * Returns the values as those of a type, whatever the rows beside them made of them: a text that looks like a
 * date is a text again, and the text of a date is a date.
 *
 * @throws ThalwegError TYPE for a value of another type
 */
export function cellsOfType(cells: Cells, type: ValueType, path: string): Cells {
  const found = valueTypeOf(cells);
  if (found === type) return cells;
  if (cells.countMissing() === cells.length) return missingCells(type, cells.length);
  if (type === 'text' && cells instanceof NumberCells && cells.source !== undefined)
    return cells.source;
  if (cells instanceof TextCells && (type === 'boolean' || type === 'date')) {
    const numbers = numbersOfTexts(cells, type);
    const wrong = numbers.findIndex((each, row) => Number.isNaN(each) && !cells.isMissing(row));
    if (wrong >= 0) throw refuse(cells, wrong, type, path);
    return new NumberCells(numbers, type);
  }
  let row = 0;
  while (cells.isMissing(row)) row++;
  throw refuse(cells, row, type, path);
}
