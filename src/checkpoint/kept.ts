/** Decides which files of a run's folder stay, and which the run may go back to. */
import { basename, dirname, join, resolve } from 'node:path';
import { ThalwegError } from '../errors.js';
import { files } from '../io/files.js';
import { isFalling, readMetric } from '../metrics/path.js';
import type { EpochRecord } from '../run/history.js';
import type { TrainingRecord } from '../run/record.js';
import type { RollbackFiles } from '../run/saved-run.js';
import { readCheckpointState } from './file.js';
import {
  type FolderEntry,
  checkpointName,
  isDamage,
  listCheckpoints,
  nextSequence,
} from './folder.js';
import type { CheckpointPlan } from './options.js';
import type { CheckpointState } from './state.js';

/** A readable checkpoint. */
interface Kept extends FolderEntry {
  /** The value of {@link scoreOf}. */
  readonly score: number | undefined;
}

/** The readable checkpoints of one run's folder, which has no other writer. */
export class KeptFiles {
  readonly #plan: CheckpointPlan;
  readonly #kept: Kept[];
  /** The number of the next file. */
  #sequence: number;
  /** The names of files with earlier moments of this run; others may be of branches it has left. */
  readonly #own: Set<string>;
  /** The names of files that the run went back to. */
  readonly #tried: Set<string>;

  private constructor(
    plan: CheckpointPlan,
    kept: Kept[],
    sequence: number,
    rollback: RollbackFiles,
  ) {
    this.#plan = plan;
    this.#kept = kept;
    this.#sequence = sequence;
    this.#own = new Set(rollback.files);
    this.#tried = new Set(rollback.tried);
  }

  /**
   * Lists the files of the plan's folder.
   *
   * @throws ThalwegError MISMATCH where a file has another lineage; RANGE as {@link nextSequence}
   */
  static async open(
    plan: CheckpointPlan,
    record: Pick<TrainingRecord, 'lineage' | 'resumed'>,
  ): Promise<KeptFiles> {
    const entries = await listCheckpoints(plan.folder);
    const kept = await keptOf(plan, entries, record.lineage);
    const sequence = nextSequence(entries);
    return new KeptFiles(plan, kept, sequence, rollbackFilesOf(record, plan.folder));
  }

  /** The newest readable file. */
  get newest(): string | undefined {
    return this.#newestFirst()[0]?.file;
  }

  /** True where the newest file is one that the run may go back to. */
  get isBegun(): boolean {
    const [newest] = this.#newestFirst();
    return newest !== undefined && this.#own.has(newest.name);
  }

  /** Returns a new name for the next file, also after a failure, which may have left a file. */
  next(step: number): FolderEntry {
    const sequence = this.#sequence++;
    const name = checkpointName(sequence, step);
    return { name, file: join(this.#plan.folder, name), sequence };
  }

  /** Adds a file that was written, and deletes files that need not stay. */
  async add(entry: FolderEntry, state: CheckpointState): Promise<void> {
    this.#kept.push({ ...entry, score: scoreOf(state, this.#plan) });
    this.#own.add(entry.name);
    await this.#removeOld();
  }

  /** Returns true where the epoch that has just ended is one of the best. */
  isAmongBest(history: readonly EpochRecord[]): boolean {
    const { keepBest } = this.#plan;
    if (keepBest === 0) return false;
    const score = scoreOf({ history }, this.#plan);
    const best = this.#best();
    return score !== undefined && (best.length < keepBest || score < best.at(-1)!.score!);
  }

  /** Returns the files that the run may go back to, the newest first; those tried before come last. */
  toGoBackTo(): string[] {
    const own = this.#newestFirst().filter(({ name }) => this.#own.has(name));
    const isTried = ({ name }: Kept): boolean => this.#tried.has(name);
    return [...own.filter((each) => !isTried(each)), ...own.filter(isTried)].map(
      ({ file }) => file,
    );
  }

  /** Notes that the run went back to a file; newer files then belong to a branch that it has left. */
  wentBackTo(file: string): void {
    const name = basename(file);
    this.#tried.add(name);
    const to = this.#kept.find((each) => each.name === name);
    for (const each of this.#kept)
      if (to !== undefined && each.sequence > to.sequence) this.#own.delete(each.name);
  }

  /** Returns the files that the run may go back to, for a checkpoint from which it is resumed. */
  back(): RollbackFiles {
    const oldestFirst = this.#newestFirst().reverse();
    const names = oldestFirst.map(({ name }) => name).filter((name) => this.#own.has(name));
    return { files: names, tried: names.filter((name) => this.#tried.has(name)) };
  }

  #newestFirst(): Kept[] {
    return this.#kept.toSorted((a, b) => b.sequence - a.sequence);
  }

  #best(): Kept[] {
    return this.#kept
      .filter(({ score }) => score !== undefined)
      .sort((a, b) => a.score! - b.score! || a.sequence - b.sequence)
      .slice(0, this.#plan.keepBest);
  }

  /** Deletes files that need not stay. A file that cannot be deleted is tried again the next time. */
  async #removeOld(): Promise<void> {
    const newest = this.#newestFirst();
    const stay = new Set([...newest.slice(0, this.#plan.keepLast), ...this.#best()]);
    for (const old of newest.filter((each) => !stay.has(each)))
      await files.rm(old.file, { force: true }).then(
        () => this.#kept.splice(this.#kept.indexOf(old), 1),
        () => undefined,
      );
  }
}

/** Returns the files that a run resumed from the folder may go back to; none for another run. */
function rollbackFilesOf(
  { resumed }: Pick<TrainingRecord, 'resumed'>,
  folder: string,
): RollbackFiles {
  const file = resumed?.file;
  if (file === undefined || resolve(dirname(file)) !== resolve(folder))
    return { files: [], tried: [] };
  const { files: before, tried } = resumed!.run.back ?? { files: [], tried: [] };
  return { files: [...before, basename(file)], tried };
}

/** Returns a score, the lower the better; undefined within an epoch and without the metric. */
function scoreOf(
  { history, run }: Pick<CheckpointState, 'history' | 'run'>,
  { bestBy }: CheckpointPlan,
): number | undefined {
  const record = history.at(-1);
  if (record === undefined || run?.underWay !== undefined) return undefined;
  const value = readMetric(record, bestBy);
  if (value === undefined || Number.isNaN(value)) return undefined;
  return isFalling(bestBy) ? value : -value;
}

/** Returns the readable checkpoints of a folder, all of which must have the given lineage. */
async function keptOf(
  plan: CheckpointPlan,
  entries: readonly FolderEntry[],
  lineage: string,
): Promise<Kept[]> {
  const kept: Kept[] = [];
  for (const entry of entries) {
    try {
      const state = await readCheckpointState(entry.file);
      if (state.lineage !== lineage) refuseForeign(plan.folder, entry.file);
      kept.push({ ...entry, score: scoreOf(state, plan) });
    } catch (error) {
      if (!isDamage(error)) throw error; // damaged files are left alone
    }
  }
  return kept;
}

function refuseForeign(folder: string, file: string): never {
  throw new ThalwegError({
    code: 'MISMATCH',
    path: 'fit.checkpoint.folder',
    received: `${folder}, which holds ${file} of another run`,
    expected: 'an empty folder, or the folder of this run',
    remedy: 'call trainer.resume(folder) before fit to go on with that run, or use another folder',
  });
}
