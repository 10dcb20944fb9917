/** Faults of a text, by line and column. */
import { ThalwegError } from '../errors.js';
import type { NativeCsvFault } from '../native.js';
import { describe, shorten } from '../options.js';

/** A place where a text is not as it must be. */
export interface TableFault {
  /** The line, counted from 1. */
  readonly line: number;
  /** The character within its line, counted from 1. */
  readonly column: number;
  /** The expected and the received text. */
  readonly message: string;
}

/** A fault before its line is known. */
export interface FoundFault {
  /** The place of the byte. */
  readonly position: number;
  readonly received: string;
  readonly expected: string;
  readonly remedy?: string;
}

/** The most faults that a table lists. */
export const mostFaults = 100;

/** Returns the received and the expected text of a fault. */
type Describe = (place: number, names: readonly string[]) => readonly [string, string];

const field = (place: number, names: readonly string[]): string =>
  place < names.length ? ` in the column ${describe(names[place])}` : '';

const fields = (count: number): string => `${count} field${count === 1 ? '' : 's'}`;

const csvFaults: Readonly<Record<NativeCsvFault['kind'], Describe>> = {
  openQuote: (place, names) => [
    `a quoted field without end${field(place, names)}`,
    'a closing quote',
  ],
  strayQuote: (place, names) => [
    `a quote within an unquoted field${field(place, names)}`,
    'quotes around the whole field, and "" for one of its own',
  ],
  textAfterQuote: (place, names) => [
    `text behind a closing quote${field(place, names)}`,
    'a separator or the end of the line',
  ],
  fewFields: (place, names) => [
    `a record of ${fields(place)}`,
    `${fields(names.length)}, as the columns`,
  ],
  manyFields: (_, names) => [
    `a record of more than ${fields(names.length)}`,
    `${fields(names.length)}, as the columns`,
  ],
  notNumber: (place, names) => [`text${field(place, names)}`, 'a number'],
  notInteger: (place, names) => [
    `another value${field(place, names)}`,
    'a whole number below 2^53',
  ],
};

/** Describes a fault that native code has found. */
export function describeFault(
  { kind, position, column }: NativeCsvFault,
  names: readonly string[],
): FoundFault {
  const [received, expected] = csvFaults[kind](column, names);
  return { position, received, expected };
}

/** Finds lines and columns of bytes, which come in ascending order. */
class Places {
  readonly #bytes: Uint8Array;
  #line = 1;
  #lineStart = 0;
  #at = 0;

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#lineStart = this.#at = start;
  }

  of(position: number): { readonly line: number; readonly column: number } {
    const bytes = this.#bytes;
    for (; this.#at < position; this.#at++) {
      const byte = bytes[this.#at];
      const ends = byte === 0x0a || (byte === 0x0d && bytes[this.#at + 1] !== 0x0a);
      if (!ends) continue;
      this.#line++;
      this.#lineStart = this.#at + 1;
    }
    let column = 1;
    for (let i = this.#lineStart; i < position; i++) if ((bytes[i]! & 0xc0) !== 0x80) column++; // bytes that continue a character do not count
    return { line: this.#line, column };
  }
}

/** Returns faults with their lines and columns, in the order of the text, `mostFaults` of them at most. */
export function locate(
  faults: readonly FoundFault[],
  bytes: Uint8Array,
  start = 0,
): readonly TableFault[] {
  const places = new Places(bytes, start);
  return [...faults]
    .sort((a, b) => a.position - b.position)
    .slice(0, mostFaults)
    .map(({ position, received, expected }) =>
      Object.freeze({
        ...places.of(position),
        message: `expected ${expected}, received ${received}`,
      }),
    );
}

/** Throws FORMAT for the first fault of a text, with its line and column. */
export function throwFault(
  faults: readonly FoundFault[],
  bytes: Uint8Array,
  name: string,
  start = 0,
): never {
  const first = faults.reduce((a, b) => (b.position < a.position ? b : a));
  const { line, column } = new Places(bytes, start).of(first.position);
  throw new ThalwegError({
    code: 'FORMAT',
    path: `${shorten(name, 500)}:${line}:${column}`,
    received: first.received,
    expected: first.expected,
    remedy: first.remedy ?? '{ lenient: true } reads what can be read, and lists the faults',
  });
}
