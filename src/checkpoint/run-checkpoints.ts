/** Writes the checkpoints of one run, and puts the trainer back to one of them. */
import { resolve } from 'node:path';
import type { ThalwegError } from '../errors.js';
import type { NativeFileLock, NativeSnapshot, NativeTrainRequest } from '../native.js';
import type { TrainerContext } from '../run/context.js';
import {
  checkInPlace,
  firstGood,
  isDamage,
  lockFolder,
  refuseDamaged,
  removeTemporaries,
} from './folder.js';
import { KeptFiles } from './kept.js';
import {
  type CapturedMoment,
  type Moment,
  captureMoment,
  loadInto,
  newSnapshot,
  putBack,
} from './moment.js';
import type { CheckpointPlan } from './options.js';
import { watchSignals } from './signals.js';
import type { CheckpointState } from './state.js';

/** A checkpoint that was written; `epoch` is the number of finished epochs. */
interface WrittenCheckpoint {
  readonly file: string;
  readonly step: number;
  readonly epoch: number;
  readonly seconds: number;
  readonly bytes: number;
}

/** The functions of a run that its checkpoints call. */
interface CheckpointHooks {
  /** Is told of each written file, except the one that `writeLast` writes. */
  readonly written: (checkpoint: WrittenCheckpoint) => void;
  /** Is told that a file could not be written; the run goes on. */
  readonly failed: (error: unknown) => void;
  /** Asks the run to end, because a signal came. */
  readonly stop: () => void;
  /** Waits until the disk has all data that the callbacks' states refer to, or throws. */
  readonly flush: () => Promise<void>;
}

type Pointed = Pick<CheckpointState, 'steps' | 'skipped' | 'history' | 'run'>;

/** Returns a text that tells moments of a run apart; a second file of the same moment is not needed. */
function pointOf({ steps, skipped, history, run }: Pointed): string {
  const { underWay, stopReason } = run ?? {};
  return JSON.stringify([steps, skipped, history.length, underWay !== undefined, stopReason]);
}

/** The newest file of a folder, and its moment as {@link pointOf} names it. */
interface NewestFile {
  readonly file: string;
  readonly point: string;
}

/** Returns the file that the run resumed, if it is the newest: a run that ends at once needs no other. */
function resumedFrom({ native, record }: TrainerContext, kept: KeptFiles): NewestFile | undefined {
  const { resumed, steps, history } = record;
  if (resumed === undefined || kept.newest === undefined) return undefined;
  if (resolve(resumed.file) !== resolve(kept.newest)) return undefined;
  const { skipped } = native.counters();
  return { file: kept.newest, point: pointOf({ steps, skipped, history, run: resumed.run }) };
}

export class RunCheckpoints {
  /** True once a signal has come. */
  isStopping = false;
  /** The newest file that holds a moment of this run. */
  last: string | undefined;
  readonly #plan: CheckpointPlan;
  readonly #trainer: TrainerContext;
  readonly #hooks: CheckpointHooks;
  readonly #snapshot: NativeSnapshot;
  readonly #lock: NativeFileLock;
  readonly #kept: KeptFiles;
  /** The newest file; undefined where it does not hold a moment of this run. */
  #newest: NewestFile | undefined;
  /** Pending while a file is being written. */
  #writing: Promise<void> | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #unwatch: (hasFailed: boolean) => void;

  private constructor(
    plan: CheckpointPlan,
    trainer: TrainerContext,
    hooks: CheckpointHooks,
    folder: { readonly lock: NativeFileLock; readonly kept: KeptFiles },
  ) {
    this.#plan = plan;
    this.#trainer = trainer;
    this.#hooks = hooks;
    this.#snapshot = newSnapshot(trainer.native);
    this.#lock = folder.lock;
    this.#kept = folder.kept;
    this.#newest = resumedFrom(trainer, folder.kept);
    if (plan.everyMinutes > 0)
      this.#timer = setInterval(() => {
        this.#snapshot.ask();
      }, plan.everyMinutes * 60_000).unref();
    this.#unwatch =
      plan.signals === 'exit'
        ? watchSignals(() => {
            this.#onSignal();
          })
        : () => undefined;
  }

  /**
   * Locks the folder, which must be empty or hold checkpoints with the trainer's lineage.
   *
   * @throws ThalwegError LOCKED, MISMATCH, PERMISSION, UNSAFE_PATH, MEMORY
   */
  static async open(
    plan: CheckpointPlan,
    trainer: TrainerContext,
    hooks: CheckpointHooks,
  ): Promise<RunCheckpoints> {
    const lock = await lockFolder(plan.folder);
    try {
      await removeTemporaries(plan.folder);
      const kept = await KeptFiles.open(plan, trainer.record);
      return new RunCheckpoints(plan, trainer, hooks, { lock, kept });
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** The options of the native loop that say when it fills the snapshot. */
  get request(): Pick<NativeTrainRequest, 'snapshot' | 'snapshotEverySteps' | 'snapshotWaits'> {
    const { everySteps, waits } = this.#plan;
    return { snapshot: this.#snapshot, snapshotEverySteps: everySteps, snapshotWaits: waits };
  }

  get rollback(): CheckpointPlan['rollback'] {
    return this.#plan.rollback;
  }

  /** Writes the full snapshot while the run goes on; `momentOf` returns its moment. */
  write(momentOf: () => Moment): void {
    let captured: CapturedMoment;
    try {
      captured = this.#capture(momentOf());
    } catch (error) {
      this.#snapshot.release(); // the native loop may be waiting for it
      throw error;
    }
    this.#writing = this.#hooks
      .flush()
      .then(() => this.#writeFile(captured))
      .then((checkpoint) => {
        this.#hooks.written(checkpoint);
      })
      .catch((error: unknown) => {
        this.#hooks.failed(error);
      })
      .finally(() => {
        this.#snapshot.release();
        this.#writing = undefined;
      });
  }

  /**
   * Writes a checkpoint after an epoch and its validation, if one is due. While another file is being
   * written, it is put off until that file is finished; but an epoch that is among the best is never
   * put off.
   */
  async epochEnded(moment: Moment): Promise<void> {
    const { everyEpochs } = this.#plan;
    const isBest = this.#kept.isAmongBest(this.#trainer.record.history);
    const isDue = everyEpochs > 0 && this.#trainer.record.history.length % everyEpochs === 0;
    if (!isBest && !isDue) return;
    if (this.#writing !== undefined && !isBest && !this.#plan.waits) {
      this.#snapshot.ask();
      return;
    }
    await this.#writing;
    await this.#trainer.native.save(this.#snapshot);
    this.write(() => moment);
  }

  /** Writes the present moment, unless the newest file already holds it. Throws where it fails. */
  async writeLast(moment: Moment): Promise<void> {
    await this.#writing;
    await this.#trainer.native.save(this.#snapshot);
    try {
      const captured = this.#capture(moment);
      if (await this.#isHeld(captured)) this.last = this.#newest!.file;
      else await this.#writeFile(captured);
    } finally {
      this.#snapshot.release();
    }
  }

  /**
   * Puts the trainer back to the newest readable file of the run. Files that it went back to before
   * come last, because their weights may already have been diverging.
   *
   * @throws ThalwegError CHECKSUM where no file is readable; its cause is `reason`
   */
  async goBack(reason: ThalwegError): Promise<void> {
    await this.#writing;
    checkInPlace(this.#plan.folder, this.#lock);
    const { found, damaged } = await firstGood(this.#kept.toGoBackTo(), (file) =>
      loadInto(this.#trainer, this.#snapshot, file),
    );
    if (found === undefined) refuseDamaged(this.#plan.folder, damaged, reason);
    await putBack(this.#trainer, this.#snapshot, found.loaded, found.file);
    this.#kept.wentBackTo(found.file);
    this.#newest = undefined;
  }

  /** True where the newest file is one that the run may go back to. */
  get isBegun(): boolean {
    return this.#kept.isBegun;
  }

  /** Waits for the file that is being written. */
  async settle(): Promise<void> {
    await this.#writing;
  }

  /** Waits for the file that is being written, and releases the timer, memory, lock and signals. */
  async close(hasFailed: boolean): Promise<void> {
    clearInterval(this.#timer);
    await this.settle();
    try {
      this.#snapshot.dispose();
    } finally {
      this.#lock.release();
      this.#unwatch(hasFailed); // last: it may end the process
    }
  }

  #onSignal(): void {
    this.isStopping = true;
    this.#hooks.stop();
  }

  #capture({ run, callbacks }: Moment): CapturedMoment {
    const back = this.#plan.rollback && { back: this.#kept.back() };
    return captureMoment(this.#trainer, this.#snapshot, { run: { ...run, ...back }, callbacks });
  }

  /** True where the newest file has this moment and these weights; a callback may have set others. */
  async #isHeld({ state, isIn }: CapturedMoment): Promise<boolean> {
    const newest = this.#newest;
    if (newest === undefined || newest.point !== pointOf(state)) return false;
    try {
      return await isIn(newest.file);
    } catch (error) {
      if (!isDamage(error)) throw error;
      return false;
    }
  }

  async #writeFile({ state, write }: CapturedMoment): Promise<WrittenCheckpoint> {
    const start = performance.now();
    const entry = this.#kept.next(state.steps);
    checkInPlace(this.#plan.folder, this.#lock);
    const bytes = await write(entry.file);
    checkInPlace(this.#plan.folder, this.#lock); // before older files are deleted by their names
    this.#newest = { file: entry.file, point: pointOf(state) };
    this.last = entry.file;
    await this.#kept.add(entry, state);
    const seconds = (performance.now() - start) / 1000;
    return { file: entry.file, step: state.steps, epoch: state.history.length, seconds, bytes };
  }
}
