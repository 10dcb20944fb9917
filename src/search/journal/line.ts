/**
 * Reads and writes lines of Optuna's journal. They are JSON as Python writes it, where NaN and the infinities
 * stand as bare words.
 */
import { ThalwegError } from '../../errors.js';
import { parseStrictJson } from '../../io/strict-json.js';
import { shorten } from '../../options.js';

/** The most characters of a line. */
export const longestLine = 2 ** 24;

/** A line of journals has few values; a wide choice has 1000. */
const limits = { depth: 32, values: 2 ** 17 };

const special: Readonly<Record<string, number>> = { NaN, Infinity, '-Infinity': -Infinity };
/** A key that no journal has. */
const mark = '$thalweg';

/** A text between quotes, or a bare word that is a number in Python alone. */
const words = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g;

function revive(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const name = (value as { readonly [mark]?: unknown })[mark];
  return typeof name === 'string' && Object.hasOwn(special, name) ? special[name] : value;
}

/** Replaces marked numbers within a parsed value. */
function revived(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), revive) as unknown;
}

/**
 * Returns the value of a line.
 *
 * @param place the file and the line's number, for errors
 * @throws ThalwegError FORMAT, DEPTH, OVERFLOW, DUPLICATE
 */
export function readLine(line: string, place: string): unknown {
  if (line.length > longestLine)
    throw new ThalwegError({
      code: 'FORMAT',
      path: place,
      received: `a line of ${line.length} characters`,
      expected: `at most ${longestLine}`,
    });
  let isSpecial = false;
  const text = line.replace(words, (word) => {
    if (word.startsWith('"')) return word;
    isSpecial = true;
    return `{"${mark}":"${word}"}`;
  });
  try {
    const value = parseStrictJson(text, place, limits);
    return isSpecial ? revived(value) : value;
  } catch (cause) {
    if (!(cause instanceof ThalwegError) || cause.code !== 'FORMAT') throw cause;
    throw new ThalwegError(
      {
        code: 'FORMAT',
        path: place,
        received: JSON.stringify(shorten(line)),
        expected: "a record of Optuna's journal",
        remedy: 'use another file, or remove the line',
      },
      { cause },
    );
  }
}

/** Returns a record as a line, with its line break. */
export function writeLine(record: object): string {
  const found: string[] = [];
  const text = JSON.stringify(record, (_, value: unknown) => {
    if (typeof value !== 'number' || Number.isFinite(value)) return value;
    found.push(String(value));
    return { [mark]: String(value) };
  });
  if (found.length === 0) return `${text}\n`;
  return `${text.replace(/\{"\$thalweg":"(-?\w+)"\}/g, '$1')}\n`;
}
