/** Reads a journal while others may extend it. */
import type { FileHandle } from 'node:fs/promises';
import { longestLine } from './line.js';
import { type JournalRecord, readRecord } from './records.js';

const pieceBytes = 2 ** 18;
const lineBreak = 0x0a;

/** Reads whole lines from a growing file, and applies them. */
export class LineReader {
  readonly #file: string;
  readonly #handle: FileHandle;
  readonly #apply: (record: JournalRecord) => void;
  /** The number of bytes of the lines that were applied. */
  bytes = 0;
  #lines = 0;

  constructor(file: string, handle: FileHandle, apply: (record: JournalRecord) => void) {
    [this.#file, this.#handle, this.#apply] = [file, handle, apply];
  }

  /** Applies all new whole lines, and returns the bytes of a torn last one. */
  async read(): Promise<Buffer> {
    let rest: Buffer = Buffer.alloc(0);
    for (;;) {
      const piece = Buffer.allocUnsafe(pieceBytes);
      const { bytesRead } = await this.#handle.read(piece, 0, pieceBytes, this.bytes + rest.length);
      if (bytesRead === 0) return rest;
      const bytes = Buffer.concat([rest, piece.subarray(0, bytesRead)]);
      rest = bytes.subarray(this.#applyLines(bytes));
      if (rest.length > longestLine) this.#applyLine(rest); // throws, because the line is too long
    }
  }

  /** Applies the whole lines, and returns the number of their bytes. */
  #applyLines(bytes: Buffer): number {
    for (let start = 0; ;) {
      const end = bytes.indexOf(lineBreak, start);
      if (end < 0) return start;
      this.#applyLine(bytes.subarray(start, end));
      this.bytes += end + 1 - start;
      start = end + 1;
    }
  }

  #applyLine(line: Buffer): void {
    const text = line.toString('utf8');
    this.#apply(readRecord(text, `${this.#file}: line ${this.#lines + 1}`));
    this.#lines++;
  }
}
