/** What the logs share: a file that begins anew, or goes on where a run does. */
import { LogFile } from '../io/log-file.js';
import { checkNumber } from '../options.js';
import type { Json, RunControl } from './callback.js';
import { checkState } from './check.js';

/** A log of a callback: the file, and how much of it belongs to the run. */
export class Log {
  readonly #name: string;
  readonly #log: LogFile;
  #keep: number | undefined;

  constructor(name: string, file: string) {
    this.#name = name;
    this.#log = new LogFile(file);
  }

  /**
   * A trainer's first run replaces the file, later ones add to it; a resumed run takes it up where
   * the checkpoint was made, and so does one that goes back to it. Tells whether the file is empty now.
   */
  async begin(run: RunControl): Promise<boolean> {
    if (this.#keep !== undefined) await this.#log.begin(this.#keep);
    else if (run.history.length > 0) await this.#log.continue();
    else await this.#log.begin();
    this.#keep = undefined;
    return this.#log.bytes === 0;
  }

  add(data: string | Uint8Array): void {
    this.#log.add(data);
  }

  /** Throws what went wrong with earlier additions; this one is written while the run goes on. */
  async write(data: string | Uint8Array): Promise<void> {
    await this.#log.flush();
    this.#log.add(data);
  }

  async flush(): Promise<void> {
    await this.#log.flush();
  }

  state(): Json {
    return { bytes: this.#keep ?? this.#log.bytes };
  }

  restore(state: Json): void {
    const path = `callbacks.${this.#name}`;
    const { bytes } = checkState(path, state, ['bytes']);
    this.#keep = checkNumber(`${path}.bytes`, bytes, { min: 0, integer: true });
  }
}
