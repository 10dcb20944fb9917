/** Logs events as lines of JSON. */
import { checkBoolean, checkPath, requireOptions } from '../options.js';
import type { Callback, Json, RunControl } from '../run/callback.js';
import type { TrainEvent } from '../run/events.js';
import { checkName } from './check.js';
import { Log } from './log.js';
import { remember } from '../run/restore.js';

/** Options of {@link jsonLog}. */
export interface JsonLogOptions {
  /** The file; its folder is made where there is none. */
  readonly file: string;
  /** True writes progress within epochs too, at most 20 lines a second. Default false. */
  readonly progress?: boolean;
  /** The callback's name in checkpoints. Default `'jsonLog'`. */
  readonly name?: string;
}

class JsonLog implements Callback {
  readonly name: string;
  readonly #log: Log;
  readonly #progress: boolean;

  constructor(options: JsonLogOptions) {
    requireOptions('jsonLog', options, ['file', 'progress', 'name']);
    this.name = checkName('jsonLog.name', options.name ?? 'jsonLog');
    this.#progress = checkBoolean('jsonLog.progress', options.progress ?? false);
    this.#log = new Log(this.name, checkPath('jsonLog.file', options.file));
  }

  async start(event: TrainEvent, run: RunControl): Promise<void> {
    await this.rollback(run);
    await this.epoch(event);
  }

  async rollback(run: RunControl): Promise<void> {
    await this.#log.begin(run);
  }

  progress(event: TrainEvent): void {
    if (this.#progress) this.warning(event);
  }

  async epoch(event: TrainEvent): Promise<void> {
    await this.#log.write(lineOf(event));
  }

  warning(event: TrainEvent): void {
    this.#log.add(lineOf(event));
  }

  end(event: TrainEvent): void {
    this.warning(event);
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

  [remember](): () => void {
    return this.#log.remember();
  }
}

function lineOf(event: TrainEvent): string {
  return `${JSON.stringify({ time: Date.now(), ...event })}\n`;
}

/**
 * Writes each event as a line of JSON, with its `time` in milliseconds since 1970. NaN and infinities
 * become null, because JSON has no such numbers.
 *
 * A trainer's first run replaces the file, and later runs add to it. A run of another trainer with the
 * same callback adds to it, too. The run fails where the file cannot be written.
 *
 * @throws ThalwegError TYPE, UNKNOWN_OPTION; the run rejects with NO_SPACE, MISSING, UNSAFE_PATH, or
 * another error of the file system
 */
export function jsonLog(options: JsonLogOptions): Callback {
  return new JsonLog(options);
}
