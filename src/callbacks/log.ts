/** What the logs share: a file that begins anew, or goes on where a run does. */
import { readFile } from 'node:fs/promises';
import { writeAtomically } from '../io/atomic.js';
import { fileError } from '../io/files.js';
import { LogFile, wholeLines } from '../io/log-file.js';
import { checkNumber } from '../options.js';
import type { Json, RunControl } from '../run/callback.js';
import { checkState } from './check.js';

/** A log of a callback: the file, and how much of it belongs to the run. */
export class Log {
  readonly #name: string;
  readonly #log: LogFile;
  #keep: number | undefined;
  #hasBegun = false;

  /** `whole` as {@link LogFile} takes it. */
  constructor(name: string, file: string, whole = wholeLines) {
    this.#name = name;
    this.#log = new LogFile(file, whole);
  }

  /** The file. */
  get file(): string {
    return this.#log.file;
  }

  /** Whether a run begins that is another trainer's than the one that the log has been of. */
  isOfAnother(run: RunControl): boolean {
    return this.#hasBegun && this.#keep === undefined && run.history.length === 0;
  }

  /**
   * A trainer's first run replaces the file, unless this log wrote it; later ones add to it. A resumed
   * run takes it up where the checkpoint was made, and so does one that goes back to it. Tells
   * whether the file is empty now.
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
    if (this.#keep === undefined) this.#log.add(data); // what is to begin keeps nothing from before
  }

  /** Throws what went wrong with earlier additions; this one is written while the run goes on. */
  async write(data: string | Uint8Array): Promise<void> {
    await this.#log.flush();
    this.#log.add(data);
  }

  /** Puts another text in the place of all that is there, as one change. */
  async replace(change: (text: string) => string): Promise<void> {
    await this.#log.flush();
    const present = await readFile(this.file, 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''; // put aside by somebody
      throw fileError(error, this.file);
    });
    const text = change(present);
    await writeAtomically(this.file, [Buffer.from(text)]);
    await this.#log.begin(Buffer.byteLength(text));
  }

  /** Waits until a power cut would leave all of it. */
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

  /** Gives what brings back where it begins: its state does not tell whether it was restored. */
  remember(): () => void {
    const keep = this.#keep;
    return () => {
      this.#keep = keep;
    };
  }

  #warn(lost: number, run: RunControl): void {
    if (lost === 0) return;
    run.warn({
      code: `LOG.${this.#name}`, // of each log
      message: `${this.#log.file} lacks ${lost} bytes that the run had written`,
      remedy: 'what is whole of it stays, and the run goes on behind that',
    });
  }
}
