/** A line at the bottom of a terminal that redraws itself, and steps aside for what others write. */
import { ignoreOutcome } from '../promises.js';

/** What can be written to; the streams of a process are among them. */
interface Writable {
  write(text: string): unknown;
}

type Write = (...given: unknown[]) => unknown;

const clear = '\r\x1b[2K';

/** Whether what others wrote ends within a line; another status line does not count. */
function endsWithin(piece: unknown): boolean {
  const isText = typeof piece === 'string';
  const text = isText ? piece : Buffer.from(piece as Uint8Array).toString('latin1');
  return text !== '' && !text.endsWith('\n') && !text.startsWith(clear);
}

/** Where lines go to the terminal: the line's own stream, and those of the process. */
function terminals(own: Writable): Writable[] {
  const all = [process.stdout, process.stderr].filter(({ isTTY }) => isTTY);
  return [...new Set<Writable>([own, ...all])];
}

/** Lets `look` see each piece before it is written; the result ends that. */
function watch(stream: Writable, look: (piece: unknown) => void): () => void {
  const own = Object.getOwnPropertyDescriptor(stream, 'write');
  const write = Reflect.get(stream, 'write') as Write;
  let isOn = true;
  const watched: Write = (...given) => {
    if (isOn) look(given[0]);
    return write.apply(stream, given);
  };
  Reflect.set(stream, 'write', watched); // a frozen stream is not watched
  return () => {
    isOn = false;
    if (stream.write !== watched) return; // somebody else watches as well, by way of this
    if (own === undefined) Reflect.deleteProperty(stream, 'write');
    else Object.defineProperty(stream, 'write', own);
  };
}

/**
 * One line that is drawn again and again. While it shows, it is cleared before the process writes
 * anything else to its terminal, as by `console.log`; it shows again when it is drawn the next time.
 */
export class StatusLine {
  readonly #stream: Writable;
  #watches: (() => void)[] = [];
  #isShown = false;
  #isWriting = false;
  /** What others wrote ends within a line, which must stay. */
  #isMidLine = false;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  /** Shows a text of less than a line's width, in the place of the last one; gives what the stream gave. */
  draw(text: string): unknown {
    if (this.#watches.length === 0)
      this.#watches = terminals(this.#stream).map((stream) =>
        watch(stream, (piece) => {
          this.#stepAside(piece);
        }),
      );
    if (this.#isMidLine) return undefined;
    const written = this.#write(`${clear}${text}`);
    this.#isShown = true;
    return written;
  }

  /** Writes a line, or several, which stay, in its place; gives what the stream gave. */
  replace(text: string): unknown {
    const before = this.#isShown ? clear : this.#isMidLine ? '\n' : '';
    const written = this.#write(`${before}${text}\n`);
    this.#rest();
    return written;
  }

  /** Without this, it would see itself. */
  #write(text: string): unknown {
    this.#isWriting = true;
    try {
      return this.#stream.write(text);
    } catch (error) {
      this.#rest(); // the line is nowhere now
      throw error;
    } finally {
      this.#isWriting = false;
    }
  }

  #stepAside(piece: unknown): void {
    if (this.#isWriting) return;
    if (this.#isShown) this.#clear();
    if (endsWithin(piece)) [this.#isShown, this.#isMidLine] = [false, true];
    else this.#rest();
  }

  /** For what others write, which a stream of the line's own that fails must not keep from its place. */
  #clear(): void {
    try {
      ignoreOutcome(this.#write(clear));
    } catch {
      // the next line tells of it
    }
  }

  /** Nothing of it is to be seen, and it looks at nothing. */
  #rest(): void {
    for (const end of this.#watches) end();
    this.#watches = [];
    [this.#isShown, this.#isMidLine] = [false, false];
  }
}
