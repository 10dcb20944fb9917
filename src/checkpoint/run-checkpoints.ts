/** The checkpoints of one run: when, into which files, and which of them stay. */
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

/** A checkpoint that was written. */
interface WrittenCheckpoint {
  readonly file: string;
  readonly step: number;
  readonly epoch: number;
  readonly seconds: number;
  readonly bytes: number;
}

/** What a run does for its checkpoints. */
interface CheckpointHooks {
  /** Called after each file but the last one, whose writing the run waits for. */
  readonly written: (checkpoint: WrittenCheckpoint) => void;
  /** A file could not be written; the run goes on. */
  readonly failed: (error: unknown) => void;
  /** A signal came: the run should end soon. */
  readonly stop: () => void;
  /** Waits until the disk has all that the callbacks' states count on, or throws. */
  readonly flush: () => Promise<void>;
}

type Pointed = Pick<CheckpointState, 'steps' | 'skipped' | 'history' | 'run'>;

/** Distinguishes moments of a run: equal ones need no second file. */
function pointOf({ steps, skipped, history, run }: Pointed): string {
  const { underWay, stopReason } = run ?? {};
  return JSON.stringify([steps, skipped, history.length, underWay !== undefined, stopReason]);
}

/** The newest file of a folder, and the moment that it is of. */
interface NewestFile {
  readonly file: string;
  readonly point: string;
}

/** The file that the run goes on from, where it is the newest of the folder: a run may end as it begins. */
function resumedFrom({ native, record }: TrainerContext, kept: KeptFiles): NewestFile | undefined {
  const { resumed, steps, history } = record;
  if (resumed === undefined || kept.newest === undefined) return undefined;
  if (resolve(resumed.file) !== resolve(kept.newest)) return undefined;
  const { skipped } = native.counters();
  return { file: kept.newest, point: pointOf({ steps, skipped, history, run: resumed.run }) };
}

export class RunCheckpoints {
  /** Whether a signal came. */
  isStopping = false;
  /** The newest file of this run. */
  last: string | undefined;
  readonly #plan: CheckpointPlan;
  readonly #trainer: TrainerContext;
  readonly #hooks: CheckpointHooks;
  readonly #snapshot: NativeSnapshot;
  readonly #lock: NativeFileLock;
  readonly #kept: KeptFiles;
  /** Undefined where the newest file is not of this run. */
  #newest: NewestFile | undefined;
  /** The file that is being written. */
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
   * Locks the folder. It must be empty, or hold checkpoints of the same trainer's life.
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

  /** What the native loop is told. */
  get request(): Pick<NativeTrainRequest, 'snapshot' | 'snapshotEverySteps' | 'snapshotWaits'> {
    const { everySteps, waits } = this.#plan;
    return { snapshot: this.#snapshot, snapshotEverySteps: everySteps, snapshotWaits: waits };
  }

  get rollback(): CheckpointPlan['rollback'] {
    return this.#plan.rollback;
  }

  /** The snapshot is full: writes it, as of the moment that it is of, while the run goes on. */
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
   * An epoch has ended, with its validation. Where a file is still being written, this one is put off
   * to the first moment after; one of the best is waited for.
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

  /** Writes the present moment, unless the newest file holds the same. Failures are thrown. */
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
   * Puts the trainer back to the newest good file of the run; where that led nowhere before, to the one
   * before it, for its weights may already have been on their way out.
   *
   * @throws ThalwegError CHECKSUM where none is good, because of `reason`
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

  /** Whether the newest file is one that the run may go back to. */
  get isBegun(): boolean {
    return this.#kept.isBegun;
  }

  /** Waits for what is being written. */
  async settle(): Promise<void> {
    await this.#writing;
  }

  /** Waits for what is being written, and lets go of everything. */
  async close(hasFailed: boolean): Promise<void> {
    clearInterval(this.#timer);
    await this.settle();
    this.#snapshot.dispose();
    this.#lock.release();
    this.#unwatch(hasFailed); // last: it may end the process
  }

  #onSignal(): void {
    this.isStopping = true;
    this.#hooks.stop();
  }

  #capture({ run, callbacks }: Moment): CapturedMoment {
    const back = this.#plan.rollback && { back: this.#kept.back() };
    return captureMoment(this.#trainer, this.#snapshot, { run: { ...run, ...back }, callbacks });
  }

  /** Whether the newest file is of this moment, and of the same weights: a callback may have set others. */
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
