/** Reads a study from a store, without its space. */
import { ThalwegError } from '../errors.js';
import { checkOptions, checkPath, checkText, suggestion } from '../options.js';
import { withRegularFile } from '../io/regular-file.js';
import { LineReader } from './journal/line-reader.js';
import { Replay, type StoredStudy } from './journal/replay.js';
import { type TrialRecord, ranking } from './trial-record.js';

/** Options of {@link load}. */
export interface LoadOptions {
  /** The name of the study. Default: the only study of the store. */
  readonly name?: string;
}

/** A study as its store has it, whoever wrote it. */
export interface StoredTrials {
  /** The name of the study. */
  readonly name: string;
  /** The direction of better values. */
  readonly direction: 'minimize' | 'maximize';
  /** The trials, by number. */
  readonly trials: readonly TrialRecord[];
  /** The complete trial with the best value, the earliest of equals; absent before the first. */
  readonly best?: TrialRecord;
}

/** Returns the study with a name, or the only one. */
function chosen(file: string, studies: readonly StoredStudy[], name?: string): StoredStudy {
  const names = studies.map((study) => study.name);
  const study = name === undefined && studies.length === 1 ? studies[0] : undefined;
  const found = study ?? studies.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new ThalwegError({
    code: 'MISSING',
    path: name === undefined ? 'load.name' : file,
    received: name === undefined ? `${studies.length} studies` : 'no study of this name',
    expected: name === undefined ? 'the name of one' : `the study ${JSON.stringify(name)}`,
    remedy: names.length === 0 ? 'the file has no study' : suggestion(name ?? '', names),
  });
}

/**
 * Reads a study from a journal, which thalweg or Optuna wrote and others may be extending. It takes no lock,
 * and passes over a torn last line.
 *
 * @throws ThalwegError (as a rejection) MISSING where the file or the study is absent, UNSUPPORTED for a study
 * of several objectives, FORMAT, DEPTH, OVERFLOW or DUPLICATE for a line that is no record, PERMISSION,
 * UNSAFE_PATH, TYPE, RANGE, UNKNOWN_OPTION
 * @example
 * const { best, trials } = await search.load('study.jsonl');
 */
export async function load(file: string, options: LoadOptions = {}): Promise<StoredTrials> {
  checkPath('file', file);
  checkOptions('load', options, ['name']);
  if (options.name !== undefined) checkText('load.name', options.name);
  const replay = new Replay();
  await withRegularFile(file, 'a journal', async ({ handle }) => {
    const reader = new LineReader(file, handle, (record) => {
      replay.apply(record);
    });
    await reader.read();
  });
  const { name, directions, trials } = chosen(file, replay.studies, options.name);
  if (directions.length !== 1)
    throw new ThalwegError({
      code: 'UNSUPPORTED',
      path: file,
      received: `a study of ${directions.length} objectives`,
      expected: 'one objective',
    });
  const maximize = directions[0] === 2;
  const records = trials.map(({ record }) => record);
  const [best] = ranking(records, maximize);
  const direction = maximize ? 'maximize' : 'minimize';
  return { name, direction, trials: records, ...(best === undefined ? {} : { best }) };
}
