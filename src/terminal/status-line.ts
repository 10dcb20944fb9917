/** A line at the bottom of a terminal that is redrawn, and is cleared before the process writes other text. */
import { ignoreOutcome } from '../promises.js';

/** A stream with a `write` method, such as the streams of a process. */
interface Writable {
  write(text: string): unknown;
}

type Write = (...given: unknown[]) => unknown;

const clear = '\r\x1b[2K';

/** Returns true where written text ends without a line break. The text of another status line does not count. */
function endsWithin(chunk: unknown): boolean {
  const isText = typeof chunk === 'string';
  const text = isText ? chunk : Buffer.from(chunk as Uint8Array).toString('latin1');
  return text !== '' && !text.endsWith('\n') && !text.startsWith(clear);
}

/** Returns the streams that write to the terminal: the status line's own, and those of the process. */
function terminals(own: Writable): Writable[] {
  const all = [process.stdout, process.stderr].filter(({ isTTY }) => isTTY);
  return [...new Set<Writable>([own, ...all])];
}

/** Calls `onWrite` with each chunk before it is written, until the returned function is called. */
function watch(stream: Writable, onWrite: (chunk: unknown) => void): () => void {
  const own = Object.getOwnPropertyDescriptor(stream, 'write');
  const write = Reflect.get(stream, 'write') as Write;
  let isOn = true;
  const watched: Write = (...given) => {
    if (isOn) onWrite(given[0]);
    return write.apply(stream, given);
  };
  Reflect.set(stream, 'write', watched); // this has no effect on a frozen stream
  return () => {
    isOn = false;
    if (stream.write !== watched) return; // another watcher has wrapped this one
    if (own === undefined) Reflect.deleteProperty(stream, 'write');
    else Object.defineProperty(stream, 'write', own);
  };
}

/**
 * A line that is drawn repeatedly. It is cleared before the process writes other text to its terminal, for
 * example by `console.log`, and shows again at the next `draw`.
 */
export class StatusLine {
  readonly #stream: Writable;
  #watches: (() => void)[] = [];
  #isShown = false;
  #isWriting = false;
  /** True after other text ended without a line break; drawing would overwrite it. */
  #isMidLine = false;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  /** Shows a text of less than a line's width in the line. Returns the result of the stream's `write`. */
  draw(text: string): unknown {
    if (this.#watches.length === 0)
      this.#watches = terminals(this.#stream).map((stream) =>
        watch(stream, (chunk) => {
          this.#stepAside(chunk);
        }),
      );
    if (this.#isMidLine) return undefined;
    const written = this.#write(`${clear}${text}`);
    this.#isShown = true;
    return written;
  }

  /** Replaces the status line by lasting lines. Returns the result of the stream's `write`. */
  replace(text: string): unknown {
    const before = this.#isShown ? clear : this.#isMidLine ? '\n' : '';
    const written = this.#write(`${before}${text}\n`);
    this.#rest();
    return written;
  }

  /** Writes a text, and marks it as the status line's own, so that the watchers ignore it. */
  #write(text: string): unknown {
    this.#isWriting = true;
    try {
      return this.#stream.write(text);
    } catch (error) {
      this.#rest(); // the line does not show
      throw error;
    } finally {
      this.#isWriting = false;
    }
  }

  #stepAside(chunk: unknown): void {
    if (this.#isWriting) return;
    if (this.#isShown) this.#clear();
    if (endsWithin(chunk)) [this.#isShown, this.#isMidLine] = [false, true];
    else this.#rest();
  }

  /** Clears the line before other text. An error of the line's own stream must not stop that text. */
  #clear(): void {
    try {
      ignoreOutcome(this.#write(clear));
    } catch {
      // The next line that is written reports this error.
    }
  }

  /** Stops watching the streams, after which no line shows. */
  #rest(): void {
    for (const end of this.#watches) end();
    this.#watches = [];
    [this.#isShown, this.#isMidLine] = [false, false];
  }
}
