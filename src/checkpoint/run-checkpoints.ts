/** The checkpoints of one run: when, into which files, and which of them stay. */
import { ThalwegError } from '../errors.js';
import { files } from '../io/files.js';
import type { NativeFileLock, NativeSnapshot, NativeTrainRequest } from '../native.js';
import { join } from 'node:path';
import { metricIn } from '../schedule/define.js';
import { readCheckpointState } from './file.js';
import {
  checkpointName,
  isDamage,
  listCheckpoints,
  lockFolder,
  newestGood,
  removeTemporaries,
} from './folder.js';
import type { CheckpointPlan } from './options.js';
import { watchSignals } from './signals.js';
import type { CheckpointState } from './state.js';
import {
  type Moment,
  type Subject,
  captureMoment,
  loadInto,
  newSnapshot,
  putBack,
} from './subject.js';

/** A checkpoint that was written. */
export interface WrittenCheckpoint {
  readonly file: string;
  readonly step: number;
  readonly epoch: number;
  readonly seconds: number;
  readonly bytes: number;
}

/** What a run does for its checkpoints. */
export interface CheckpointHooks {
  /** Told of each file; not of the last one, whose writing the run waits for. */
  readonly written: (checkpoint: WrittenCheckpoint) => void;
  /** A file could not be written; the run goes on. */
  readonly failed: (error: unknown) => void;
  /** A signal came: the run should end soon. */
  readonly stop: () => void;
  /** Waits until the disk has all that the callbacks' states count on, or throws. */
  readonly flush: () => Promise<void>;
}

/** One of the folder. */
interface Kept {
  readonly file: string;
  readonly sequence: number;
  /** Lower is better; undefined within an epoch. */
  readonly score: number | undefined;
}

/** Distinguishes moments of a run: equal ones need no second file. */
function pointOf({ steps, skipped, history, run }: CheckpointState): string {
  const { underWay, stopReason } = run ?? {};
  return JSON.stringify([steps, skipped, history.length, underWay !== undefined, stopReason]);
}

export class RunCheckpoints {
  /** Whether a signal came. */
  isStopping = false;
  /** The newest file of this run. */
  last: string | undefined;
  readonly #plan: CheckpointPlan;
  readonly #subject: Subject;
  readonly #hooks: CheckpointHooks;
  readonly #snapshot: NativeSnapshot;
  readonly #lock: NativeFileLock;
  readonly #kept: Kept[];
  #sequence: number;
  /** Of the newest file. */
  #point: string | undefined;
  /** Files that the run went back to. */
  readonly #tried = new Set<string>();
  /** The file that is being written. */
  #writing: Promise<void> | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #unwatch: (hasFailed: boolean) => void;

  private constructor(
    plan: CheckpointPlan,
    subject: Subject,
    hooks: CheckpointHooks,
    folder: { readonly lock: NativeFileLock; readonly kept: Kept[]; readonly sequence: number },
  ) {
    this.#plan = plan;
    this.#subject = subject;
    this.#hooks = hooks;
    this.#snapshot = newSnapshot(subject.native);
    this.#lock = folder.lock;
    this.#kept = folder.kept;
    this.#sequence = folder.sequence;
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
    subject: Subject,
    hooks: CheckpointHooks,
  ): Promise<RunCheckpoints> {
    const lock = await lockFolder(plan.folder);
    try {
      await removeTemporaries(plan.folder);
      const entries = await listCheckpoints(plan.folder);
      const kept = await keptOf(plan, entries, subject.record.lineage);
      const sequence = (entries[0]?.sequence ?? 0) + 1;
      return new RunCheckpoints(plan, subject, hooks, { lock, kept, sequence });
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

  /** The snapshot is full: writes it while the run goes on. */
  write(moment: Moment): void {
    const captured = captureMoment(this.#subject, this.#snapshot, moment);
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
    const isBest = this.#isAmongBest();
    const isDue = everyEpochs > 0 && this.#subject.record.history.length % everyEpochs === 0;
    if (!isBest && !isDue) return;
    if (this.#writing !== undefined && !isBest && !this.#plan.waits) {
      this.#snapshot.ask();
      return;
    }
    await this.#writing;
    await this.#subject.native.save(this.#snapshot);
    this.write(moment);
  }

  /** Writes the present moment, unless the newest file holds it. Failures are thrown. */
  async writeLast(moment: Moment): Promise<void> {
    await this.#writing;
    await this.#subject.native.save(this.#snapshot);
    try {
      const captured = captureMoment(this.#subject, this.#snapshot, moment);
      if (pointOf(captured.state) !== this.#point) await this.#writeFile(captured);
    } finally {
      this.#snapshot.release();
    }
  }

  /**
   * Puts the trainer back to the newest good file; where that led nowhere before, to the one before
   * it, for its weights may already have been on their way out.
   */
  async goBack(): Promise<void> {
    await this.#writing;
    const load = (file: string): ReturnType<typeof loadInto> =>
      loadInto(this.#subject, this.#snapshot, file);
    const { folder } = this.#plan;
    const found = (await newestGood(folder, load, this.#tried)) ?? (await newestGood(folder, load));
    await putBack(this.#subject, this.#snapshot, found!.loaded, true);
    this.#tried.add(found!.file);
    this.#point = undefined;
  }

  /** Whether any file is there to go back to. */
  get isEmpty(): boolean {
    return this.#kept.length === 0;
  }

  /** Waits for what is being written. */
  async settle(): Promise<void> {
    await this.#writing;
  }

  /** The same, and lets go of everything. */
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

  async #writeFile({ state, write }: ReturnType<typeof captureMoment>): Promise<WrittenCheckpoint> {
    const start = performance.now();
    // Also of a file whose writing fails: it may be there all the same.
    const sequence = this.#sequence++;
    const file = join(this.#plan.folder, checkpointName(sequence, state.steps));
    const bytes = await write(file);
    this.#kept.push({ file, sequence, score: scoreOf(state, this.#plan) });
    this.#point = pointOf(state);
    this.last = file;
    await this.#removeOld();
    const seconds = (performance.now() - start) / 1000;
    return { file, step: state.steps, epoch: state.history.length, seconds, bytes };
  }

  #best(): Kept[] {
    return this.#kept
      .filter(({ score }) => score !== undefined)
      .sort((a, b) => a.score! - b.score! || a.sequence - b.sequence)
      .slice(0, this.#plan.keepBest);
  }

  #isAmongBest(): boolean {
    const { keepBest } = this.#plan;
    if (keepBest === 0) return false;
    const score = scoreOf({ history: this.#subject.record.history }, this.#plan);
    const best = this.#best();
    return score !== undefined && (best.length < keepBest || score < best.at(-1)!.score!);
  }

  /** What cannot be deleted now will be tried again. */
  async #removeOld(): Promise<void> {
    const newest = this.#kept.slice().sort((a, b) => b.sequence - a.sequence);
    const stay = new Set([...newest.slice(0, this.#plan.keepLast), ...this.#best()]);
    for (const old of newest.filter((each) => !stay.has(each)))
      await files.rm(old.file, { force: true }).then(
        () => this.#kept.splice(this.#kept.indexOf(old), 1),
        () => undefined,
      );
  }
}

/** Lower is better; undefined within an epoch, and where the metric was not measured. */
function scoreOf(
  { history, run }: Pick<CheckpointState, 'history' | 'run'>,
  { bestBy }: CheckpointPlan,
): number | undefined {
  const record = history.at(-1);
  if (record === undefined || run?.underWay !== undefined) return undefined;
  const value = metricIn(record, bestBy);
  if (value === undefined || Number.isNaN(value)) return undefined;
  return bestBy.endsWith('accuracy') ? -value : value;
}

/** The good ones of a folder, which must belong to one trainer's life. */
async function keptOf(
  plan: CheckpointPlan,
  entries: Awaited<ReturnType<typeof listCheckpoints>>,
  lineage: string,
): Promise<Kept[]> {
  const kept: Kept[] = [];
  for (const { file, sequence } of entries) {
    try {
      const state = await readCheckpointState(file);
      if (state.lineage !== lineage) refuseForeign(plan.folder, file);
      kept.push({ file, sequence, score: scoreOf(state, plan) });
    } catch (error) {
      if (!isDamage(error)) throw error; // damaged ones stay where they are
    }
  }
  return kept;
}

function refuseForeign(folder: string, file: string): never {
  throw new ThalwegError({
    code: 'MISMATCH',
    path: 'fit.checkpoint.folder',
    received: `${folder}, where ${file} is of another run`,
    expected: 'an empty folder, or one of this run',
    remedy: 'call trainer.resume(folder) before fit to go on with that run, or use another folder',
  });
}
