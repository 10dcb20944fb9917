/** Event files that TensorBoard reads. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Scalar, scalarRecord, versionRecord, wholeRecords } from '../io/event-record.js';
import { checkNumber, checkPath, requireOptions } from '../options.js';
import type { Callback, Json, RunControl } from '../run/callback.js';
import type { EpochEvent, ProgressEvent, StartEvent } from '../run/events.js';
import { checkFileName, checkName, checkState } from './check.js';
import { Log } from './log.js';
import { remember } from '../run/restore.js';
import { scalarsOf } from './scalars.js';

/** Options of {@link tensorBoard}. */
export interface TensorBoardOptions {
  /** The folder of the event files, one for each run. It is made where there is none. */
  readonly folder: string;
  /**
   * The least time in seconds between points within an epoch, at least 0; `Infinity` writes none.
   * Default 1.
   */
  readonly every?: number;
  /** The callback's name in checkpoints. Default `'tensorBoard'`. */
  readonly name?: string;
}

const now = (): number => Date.now() / 1000;

/** TensorBoard looks for such names. The last part is unique among threads and containers. */
function newFileName(): string {
  return `events.out.tfevents.${Math.floor(now())}.${hostname()}.${process.pid}.${randomUUID()}`;
}

class TensorBoard implements Callback {
  readonly name: string;
  readonly #folder: string;
  readonly #every: number;
  #file: string;
  #log: Log;
  #written = -Infinity;

  constructor(options: TensorBoardOptions) {
    requireOptions('tensorBoard', options, ['folder', 'every', 'name']);
    const { every = 1 } = options;
    this.name = checkName('tensorBoard.name', options.name ?? 'tensorBoard');
    this.#folder = checkPath('tensorBoard.folder', options.folder);
    this.#every = every === Infinity ? every : checkNumber('tensorBoard.every', every, { min: 0 });
    this.#file = newFileName();
    this.#log = this.#open();
  }

  #open(): Log {
    return new Log(this.name, join(this.#folder, this.#file), wholeRecords);
  }

  /** Begins another file for another trainer, so that their points do not mix. */
  async start(_: StartEvent, run: RunControl): Promise<void> {
    if (this.#log.isOfAnother(run)) {
      this.#file = newFileName();
      this.#log = this.#open();
    }
    await this.rollback(run);
  }

  async rollback(run: RunControl): Promise<void> {
    if (await this.#log.begin(run)) await this.#log.write(versionRecord(now()));
  }

  progress(event: ProgressEvent): void {
    const waited = performance.now() - this.#written;
    if (this.#every === Infinity || waited < this.#every * 1000) return;
    this.#written = performance.now();
    const names = ['smoothedLoss', 'learningRate', 'gradientNorm', 'examplesPerSecond'] as const;
    const scalars = names.flatMap((name): Scalar[] => {
      const value = event[name];
      return value === undefined ? [] : [[`step/${name}`, value]];
    });
    this.#log.add(scalarRecord(now(), event.step, scalars));
  }

  async epoch(event: EpochEvent): Promise<void> {
    const scalars = scalarsOf(event).map(([name, value]): Scalar => [tagOf(name), value]);
    await this.#log.write(scalarRecord(now(), event.epoch + 1, scalars));
  }

  async flush(): Promise<void> {
    await this.#log.flush();
  }

  state(): Json {
    return { file: this.#file, log: this.#log.state() };
  }

  restore(state: Json): void {
    const path = `callbacks.${this.name}`;
    const { file, log } = checkState(path, state, ['file', 'log']);
    const name = checkFileName(`${path}.file`, file);
    // The present log is used again for its file, because it may still be writing.
    const resumed =
      name === this.#file ? this.#log : new Log(this.name, join(this.#folder, name), wholeRecords);
    resumed.restore(log);
    [this.#file, this.#log] = [name, resumed];
  }

  [remember](): () => void {
    const [file, log, goBack] = [this.#file, this.#log, this.#log.remember()];
    return () => {
      [this.#file, this.#log] = [file, log];
      goBack();
    };
  }
}

/** Returns `epoch/loss`, `validation/loss` and the like; TensorBoard groups by the first part. */
function tagOf(name: string): string {
  if (name.startsWith('layers.')) return name.slice('layers.'.length).replace(/\.(\w+)$/, '/$1');
  return name.startsWith('validation.') ? name.replace('.', '/') : `epoch/${name}`;
}

/**
 * Writes event files for TensorBoard; `tensorboard --logdir` shows them. Each epoch's numbers are
 * `epoch/…` and `validation/…`, and those of a monitor `LAYER/…`, over the number of finished
 * epochs. Within epochs, the smoothed loss, learning rate, gradient norm and speed are `step/…`, over
 * the number of steps.
 *
 * Each callback writes a file of its own for each trainer; a resumed run goes on in its old file. The
 * run fails where the file cannot be written.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION; the run rejects with NO_SPACE, MISSING, UNSAFE_PATH,
 * or another error of the file system
 */
export function tensorBoard(options: TensorBoardOptions): Callback {
  return new TensorBoard(options);
}
