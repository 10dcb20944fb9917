/**
 * Parses JSON from a file or a user within limits. Before `JSON.parse` runs, a scan refuses too deep
 * brackets, too many values, and repeated keys. Without it, a text of brackets would take seconds and
 * forty bytes of memory for each byte.
 */
import { ThalwegError } from '../errors.js';
import { shorten } from '../options.js';

/** The limits of a text. */
interface JsonLimits {
  /** The greatest depth of nested brackets. */
  readonly depth: number;
  /** The greatest number of values, nested ones included. */
  readonly values: number;
}

/**
 * A model may nest 64 blocks, with two brackets for each (nn/nesting.ts). A file of 100,000 tensors has
 * about 900,000 values.
 */
const usualLimits: JsonLimits = { depth: 256, values: 2 ** 20 };

const quote = 0x22;
const comma = 0x2c;
const leftBracket = 0x5b;
const backslash = 0x5c;
const rightBracket = 0x5d;
const leftBrace = 0x7b;
const rightBrace = 0x7d;

/** Returns true where an odd number of backslashes, from `start` on, escapes the character at `end`. */
function isEscaped(text: string, start: number, end: number): boolean {
  let count = 0;
  while (end - 1 - count >= start && text.charCodeAt(end - 1 - count) === backslash) count++;
  return count % 2 === 1;
}

/** An open bracket. */
interface Open {
  readonly isObject: boolean;
  /** The keys so far; absent before the first. */
  keys?: Set<string>;
}

/** Scans a text piece by piece, and throws at the first character beyond the limits. */
export class JsonReader {
  readonly #path: string;
  readonly #limits: JsonLimits;
  readonly #pieces: string[] = [];
  readonly #open: Open[] = [];
  #values = 1;
  #inString = false;
  /** True where the next character of the open string is escaped. */
  #escaped = false;
  /** True where the next string is a key. */
  #atKey = false;
  /** The pieces of the key that is being read, with its quotes. */
  #key: string[] | undefined;

  /** `path` names the text in errors. */
  constructor(path: string, limits: JsonLimits = usualLimits) {
    this.#path = path;
    this.#limits = limits;
  }

  /**
   * Scans the next piece, which may end anywhere.
   *
   * @throws ThalwegError DEPTH, OVERFLOW, DUPLICATE; FORMAT at an invalid key
   */
  feed(text: string): void {
    this.#pieces.push(text);
    for (let at = 0; at < text.length;)
      at = this.#inString ? this.#skipString(text, at) : this.#nextString(text, at);
  }

  /**
   * Parses all pieces and returns the value.
   *
   * @throws ThalwegError FORMAT
   */
  value(): unknown {
    try {
      return JSON.parse(this.#pieces.join(''));
    } catch (cause) {
      this.#refuse('FORMAT', (cause as Error).message, 'JSON', cause);
    }
  }

  /** Returns the index after the quote that opens the next string, or the end of the text. */
  #nextString(text: string, from: number): number {
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === quote) {
        this.#inString = true;
        this.#key = this.#atKey ? ['"'] : undefined;
        return at + 1;
      }
      if (code === leftBrace || code === leftBracket) this.#enter(code === leftBrace);
      else if (code === rightBrace || code === rightBracket) this.#leave();
      else if (code === comma) {
        this.#count();
        this.#atKey = this.#open.at(-1)?.isObject ?? false;
      }
    }
    return text.length;
  }

  #enter(isObject: boolean): void {
    this.#count();
    this.#open.push({ isObject });
    this.#atKey = isObject;
    const { depth } = this.#limits;
    if (this.#open.length > depth)
      this.#refuse('DEPTH', `more than ${depth} nested brackets`, `at most ${depth}`);
  }

  #leave(): void {
    this.#open.pop();
    this.#atKey = false;
  }

  #count(): void {
    const { values } = this.#limits;
    if (++this.#values > values)
      this.#refuse('OVERFLOW', `more than ${values} values`, `at most ${values}`);
  }

  /** Returns the index after the open string, or the end of the text. */
  #skipString(text: string, from: number): number {
    const start = this.#escaped ? from + 1 : from;
    this.#escaped = false;
    let end = text.indexOf('"', start);
    while (end >= 0 && isEscaped(text, start, end)) end = text.indexOf('"', end + 1);
    const behind = end < 0 ? text.length : end + 1;
    this.#key?.push(text.slice(from, behind));
    if (end < 0) this.#escaped = isEscaped(text, start, text.length);
    else this.#endString();
    return behind;
  }

  #endString(): void {
    this.#inString = false;
    if (this.#key === undefined) return;
    const key = this.#decode(this.#key.join(''));
    this.#key = undefined;
    this.#atKey = false;
    const open = this.#open.at(-1)!;
    open.keys ??= new Set();
    if (open.keys.has(key))
      this.#refuse('DUPLICATE', `the key ${JSON.stringify(shorten(key))} twice`, 'each key once');
    open.keys.add(key);
  }

  #decode(key: string): string {
    try {
      return JSON.parse(key) as string;
    } catch (cause) {
      this.#refuse('FORMAT', (cause as Error).message, 'JSON', cause);
    }
  }

  #refuse(
    code: 'DEPTH' | 'OVERFLOW' | 'DUPLICATE' | 'FORMAT',
    received: string,
    expected: string,
    cause?: unknown,
  ): never {
    throw new ThalwegError({ code, path: this.#path, received, expected }, { cause });
  }
}

/**
 * Parses a text and returns the value.
 *
 * @param path the name of the text in errors
 * @throws ThalwegError FORMAT where the text is not JSON, DEPTH where brackets nest too deep, OVERFLOW
 * at too many values, DUPLICATE at a repeated key
 */
export function parseStrictJson(text: string, path: string, limits = usualLimits): unknown {
  const reader = new JsonReader(path, limits);
  reader.feed(text);
  return reader.value();
}
