/** Epochs as a table of comma-separated values. */
import { readFile } from 'node:fs/promises';
import { checkPath, requireOptions } from '../options.js';
import type { EpochEvent } from '../train/events.js';
import type { Callback, Json, RunControl } from './callback.js';
import { checkName } from './check.js';
import { Log } from './log.js';
import { scalarsOf } from './scalars.js';

/** Options of {@link csvLog}. */
export interface CsvLogOptions {
  /** The file; its folder exists. */
  readonly file: string;
  /** Default `'csvLog'`. */
  readonly name?: string;
}

class CsvLog implements Callback {
  readonly name: string;
  readonly #file: string;
  readonly #log: Log;
  #columns: readonly string[] | undefined;

  constructor(options: CsvLogOptions) {
    requireOptions('csvLog', options, ['file', 'name']);
    this.name = checkName('csvLog.name', options.name ?? 'csvLog');
    this.#file = checkPath('csvLog.file', options.file);
    this.#log = new Log(this.name, this.#file);
  }

  async start(_: unknown, run: RunControl): Promise<void> {
    await this.rollback(run);
  }

  async rollback(run: RunControl): Promise<void> {
    const isEmpty = await this.#log.begin(run);
    this.#columns = isEmpty ? undefined : await this.#header();
  }

  async epoch(event: EpochEvent): Promise<void> {
    const row = new Map([['epoch', event.epoch], ...scalarsOf(event)]);
    const isFirst = this.#columns === undefined;
    this.#columns ??= [...row.keys()];
    const cells = this.#columns.map((name) => row.get(name) ?? '');
    const header = isFirst ? `${this.#columns.join(',')}\n` : '';
    await this.#log.write(`${header}${cells.join(',')}\n`);
  }

  async flush(): Promise<void> {
    await this.#log.flush();
  }

  state(): Json {
    return this.#log.state();
  }

  restore(state: Json): void {
    this.#log.restore(state);
  }

  /** The columns that the file has. */
  async #header(): Promise<readonly string[]> {
    const [first = ''] = (await readFile(this.#file, 'utf8')).split('\n', 1);
    return first.split(',');
  }
}

/**
 * Writes each epoch as a row: epoch (from 0), loss, accuracy, rate, times and everything measured on
 * the validation set, with the columns of the first epoch. NaN and Infinity are written as such.
 *
 * A trainer's first run replaces the file, later runs add to it. The run fails where it cannot be
 * written.
 *
 * @throws ThalwegError TYPE, UNKNOWN_OPTION; the run rejects with NO_SPACE, MISSING, UNSAFE_PATH, or
 * another error of the file system
 */
export function csvLog(options: CsvLogOptions): Callback {
  return new CsvLog(options);
}
