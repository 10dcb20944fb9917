/** The file of a logging callback, which begins anew or goes on together with the run. */
import { readFile } from 'node:fs/promises';
import { writeAtomically } from '../io/atomic.js';
import { fileError } from '../io/files.js';
import { LogFile, wholeLines } from '../io/log-file.js';
import { checkNumber } from '../options.js';
import type { Json, RunControl } from '../run/callback.js';
import { checkState } from './check.js';

/** The log of a callback. It knows how much of the file belongs to the run. */
export class Log {
  readonly #name: string;
  readonly #log: LogFile;
  #keep: number | undefined;
  #hasBegun = false;

  /** `whole` is the one of {@link LogFile}. */
  constructor(name: string, file: string, whole = wholeLines) {
    this.#name = name;
    this.#log = new LogFile(file, whole);
  }

  get file(): string {
    return this.#log.file;
  }

  /** Returns true where the log has served one trainer and the run is the first of another. */
  isOfAnother(run: RunControl): boolean {
    return this.#hasBegun && this.#keep === undefined && run.history.length === 0;
  }

  /**
   * Replaces the file for a trainer's first run, unless this log wrote it; later runs add to it.
   * After a checkpoint was restored, the file goes on where the checkpoint was made.
   * Returns true where the file is now empty.
   */
  async begin(run: RunControl): Promise<boolean> {
    const continues = this.#keep === undefined && (run.history.length > 0 || this.#hasBegun);
    this.#hasBegun = true;
    const lost = continues ? await this.#log.continue() : await this.#log.begin(this.#keep);
    this.#keep = undefined;
    this.#warn(lost, run);
    return this.#log.bytes === 0;
  }

  add(data: string | Uint8Array): void {
    // Between `restore` and `begin`, an addition would only be cut off again.
    if (this.#keep === undefined) this.#log.add(data);
  }

  /** Adds data, to be written while the run goes on. Throws where an earlier addition failed. */
  async write(data: string | Uint8Array): Promise<void> {
    await this.#log.flush();
    this.#log.add(data);
  }

  /** Replaces the file's text atomically. */
  async replace(change: (text: string) => string): Promise<void> {
    await this.#log.flush();
    const present = await readFile(this.file, 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''; // somebody moved the file
      throw fileError(error, this.file);
    });
    const text = change(present);
    await writeAtomically(this.file, [Buffer.from(text)]);
    await this.#log.begin(Buffer.byteLength(text));
  }

  /** Waits until the disk has all data, so that a power cut loses none. */
  async flush(): Promise<void> {
    await this.#log.sync();
  }

  state(): Json {
    return { bytes: this.#keep ?? this.#log.bytes };
  }

  restore(state: Json): void {
    const path = `callbacks.${this.#name}`;
    const { bytes } = checkState(path, state, ['bytes']);
    this.#keep = checkNumber(`${path}.bytes`, bytes, { min: 0, integer: true });
  }

  /** Returns a function that puts `#keep` back; `state` does not tell whether it was restored. */
  remember(): () => void {
    const keep = this.#keep;
    return () => {
      this.#keep = keep;
    };
  }

  #warn(lost: number, run: RunControl): void {
    if (lost === 0) return;
    run.warn({
      code: `LOG.${this.#name}`, // a code for each log, so that each one warns
      message: `${this.#log.file} lacks ${lost} bytes that the run had written`,
      remedy: 'the whole entries stay, and the log goes on after them',
    });
  }
}
