/** Logs epochs as a table of comma-separated values. */
import { readFile } from 'node:fs/promises';
import { checkNumber, checkPath, requireOptions } from '../options.js';
import type { Callback, Json, RunControl } from '../run/callback.js';
import type { EpochEvent } from '../run/events.js';
import { checkName } from './check.js';
import { Log } from './log.js';
import { remember } from '../run/restore.js';
import { scalarsOf } from './scalars.js';

/** Options of {@link csvLog}. */
export interface CsvLogOptions {
  /** The file; its folder is made where there is none. */
  readonly file: string;
  /** The callback's name in checkpoints. Default `'csvLog'`. */
  readonly name?: string;
}

/** How much of the file belongs to a run. */
interface Kept {
  readonly bytes: number;
  /** The number of rows below the header. */
  readonly rows?: number;
}

class CsvLog implements Callback {
  readonly name: string;
  readonly #log: Log;
  #columns: readonly string[] = [];
  /** The number of rows below the header. */
  #rows = 0;
  /** The part of the file that a restored checkpoint knows; undefined after the run has begun. */
  #kept: Kept | undefined;

  constructor(options: CsvLogOptions) {
    requireOptions('csvLog', options, ['file', 'name']);
    this.name = checkName('csvLog.name', options.name ?? 'csvLog');
    this.#log = new Log(this.name, checkPath('csvLog.file', options.file));
  }

  async start(_: unknown, run: RunControl): Promise<void> {
    await this.rollback(run);
  }

  async rollback(run: RunControl): Promise<void> {
    if (this.#kept !== undefined) this.#log.restore({ bytes: await this.#bytesOf(this.#kept) });
    this.#kept = undefined;
    const isEmpty = await this.#log.begin(run);
    const [header, ...rows] = isEmpty ? [] : linesOf(await readFile(this.#log.file, 'utf8'));
    this.#columns = header?.split(',') ?? [];
    this.#rows = rows.length;
  }

  async epoch(event: EpochEvent): Promise<void> {
    const row = new Map([['epoch', event.epoch], ...scalarsOf(event)]);
    const more = [...row.keys()].filter((name) => !this.#columns.includes(name));
    const isFirst = this.#columns.length === 0;
    if (more.length > 0 && !isFirst) await this.#log.replace((text) => widened(text, more));
    this.#columns = [...this.#columns, ...more];
    const cells = this.#columns.map((name) => row.get(name) ?? '');
    const header = isFirst ? `${this.#columns.join(',')}\n` : '';
    await this.#log.write(`${header}${cells.join(',')}\n`);
    this.#rows++;
  }

  async flush(): Promise<void> {
    await this.#log.flush();
  }

  /** Tells the rows besides the bytes, because added columns change the number of bytes. */
  state(): Json {
    if (this.#kept !== undefined) return { ...this.#kept };
    return { ...(this.#log.state() as { bytes: number }), rows: this.#rows };
  }

  restore(state: Json): void {
    const path = `callbacks.${this.name}`;
    requireOptions(path, state, ['bytes', 'rows']);
    const { bytes, rows } = state as Record<string, Json | undefined>;
    const range = { min: 0, integer: true };
    this.#kept = {
      bytes: checkNumber(`${path}.bytes`, bytes, range),
      // Checkpoints of earlier versions have no rows.
      ...(rows !== undefined && { rows: checkNumber(`${path}.rows`, rows, range) }),
    };
  }

  [remember](): () => void {
    const kept = this.#kept;
    return () => {
      this.#kept = kept;
    };
  }

  /** Returns the offset where the checkpoint's rows end, beyond the file's end where it lacks some. */
  async #bytesOf({ bytes, rows }: Kept): Promise<number> {
    if (bytes === 0 || rows === undefined) return bytes;
    const text = await readFile(this.#log.file, 'utf8').catch(() => '');
    const lines = linesOf(text).slice(0, rows + 1);
    const length = Buffer.byteLength(lines.map((line) => `${line}\n`).join(''));
    return lines.length === rows + 1 ? length : Math.max(bytes, Buffer.byteLength(text) + 1);
  }
}

/** Returns the lines that end with a line break. */
function linesOf(text: string): string[] {
  return text.split('\n').slice(0, -1);
}

/** Returns the table with more columns, which are empty in its rows. */
function widened(text: string, more: readonly string[]): string {
  const lines = linesOf(text).map(
    (line, i) => line + (i === 0 ? `,${more.join()}` : ','.repeat(more.length)),
  );
  return lines.map((line) => `${line}\n`).join('');
}

/**
 * Writes each epoch as a row: the epoch (from 0), loss, accuracy, learning rate, times, and all numbers
 * measured on the validation set. A number that first appears in a later epoch adds a column at the
 * end, which is empty in earlier rows. NaN and Infinity are written by these names.
 *
 * A trainer's first run replaces the file, and later runs add to it. A run of another trainer with the
 * same callback adds to it, too. The run fails where the file cannot be written.
 *
 * @throws ThalwegError TYPE, UNKNOWN_OPTION; the run rejects with NO_SPACE, MISSING, UNSAFE_PATH, or
 * another error of the file system
 */
export function csvLog(options: CsvLogOptions): Callback {
  return new CsvLog(options);
}
