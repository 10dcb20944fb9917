/** Epochs as a table of comma-separated values. */
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
  /** Default `'csvLog'`. */
  readonly name?: string;
}

/** How much of the file belongs to a run. */
interface Kept {
  readonly bytes: number;
  /** Below the header. */
  readonly rows?: number;
}

class CsvLog implements Callback {
  readonly name: string;
  readonly #log: Log;
  #columns: readonly string[] = [];
  /** Below the header. */
  #rows = 0;
  /** What a checkpoint had. */
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

  /** Rows count: bytes change where columns are added. */
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
      // Earlier versions had none.
      ...(rows !== undefined && { rows: checkNumber(`${path}.rows`, rows, range) }),
    };
  }

  [remember](): () => void {
    const kept = this.#kept;
    return () => {
      this.#kept = kept;
    };
  }

  /** Where the rows of a checkpoint end now; beyond the file's end where it has fewer. */
  async #bytesOf({ bytes, rows }: Kept): Promise<number> {
    if (bytes === 0 || rows === undefined) return bytes;
    const text = await readFile(this.#log.file, 'utf8').catch(() => '');
    const lines = linesOf(text).slice(0, rows + 1);
    const length = Buffer.byteLength(lines.map((line) => `${line}\n`).join(''));
    return lines.length === rows + 1 ? length : Math.max(bytes, Buffer.byteLength(text) + 1);
  }
}

/** Whole ones. */
function linesOf(text: string): string[] {
  return text.split('\n').slice(0, -1);
}

/** With more columns, which earlier rows have nothing in. */
function widened(text: string, more: readonly string[]): string {
  const lines = linesOf(text).map(
    (line, i) => line + (i === 0 ? `,${more.join()}` : ','.repeat(more.length)),
  );
  return lines.map((line) => `${line}\n`).join('');
}

/**
 * Writes each epoch as a row: epoch (from 0), loss, accuracy, rate, times and everything measured on
 * the validation set. Columns that begin later are added at the end; earlier rows have nothing in them.
 * NaN and Infinity are written as such.
 *
 * A trainer's first run replaces the file, later runs add to it; so does a run of another trainer with
 * the same callback. The run fails where it cannot be written.
 *
 * @throws ThalwegError TYPE, UNKNOWN_OPTION; the run rejects with NO_SPACE, MISSING, UNSAFE_PATH, or
 * another error of the file system
 */
export function csvLog(options: CsvLogOptions): Callback {
  return new CsvLog(options);
}
