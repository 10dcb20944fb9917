/** One study of a journal: who takes which trial, and its results. */
import { ThalwegError } from '../../errors.js';
import { describe } from '../../options.js';
import type { Parameter } from '../parameters.js';
import type { Suggestion } from '../sampler.js';
import type { Report, TrialRecord } from '../trial-record.js';
import { toDistribution, toInternal } from './distribution.js';
import type { Journal } from './journal.js';
import { isFree, isHeldBy, leaseKey, newLease } from './lease.js';
import { type JournalRecord, operation, states } from './records.js';
import type { StoredStudy, StoredTrial } from './replay.js';

/** The properties of a study that must stay the same. */
interface StudyIdentity {
  readonly name: string;
  readonly maximize: boolean;
  readonly seed: bigint;
  readonly parameters: readonly Parameter[];
}

/** The study attribute that holds what Optuna does not keep. */
const studyKey = 'thalweg';

/** Returns what the attribute holds for a study. */
function identityText({ seed, parameters }: StudyIdentity): string {
  return JSON.stringify({ version: 1, seed: String(seed), parameters });
}

/** A taken trial, or why there is none: others must end before, or all trials are taken. */
type Claim = { readonly trial: StoredTrial } | 'wait' | 'end';

/** The result of a trial. */
export interface Outcome {
  readonly state: 'complete' | 'pruned' | 'failed';
  readonly value: number | undefined;
  readonly reason: string | undefined;
}

/** Returns the time in the form of Optuna. */
function now(): string {
  return new Date().toISOString().replace('Z', '000+00:00');
}

/** Throws MISMATCH where a study of the journal is another one. */
function checkIdentity(file: string, study: StoredStudy, identity: StudyIdentity): void {
  const direction = identity.maximize ? 2 : 1;
  const mismatch = (received: string, expected: string, remedy: string): ThalwegError =>
    new ThalwegError({ code: 'MISMATCH', path: file, received, expected, remedy });
  const other = 'use another store or another name';
  if (study.directions.length !== 1 || study.directions[0] !== direction)
    throw mismatch(
      `a study with the directions ${study.directions.join(', ')}`,
      `the direction ${direction}`,
      other,
    );
  const kept = study.userAttributes[studyKey];
  if (kept === undefined || kept === identityText(identity)) return;
  throw mismatch(
    `a study with another seed or space: ${describe(kept)}`,
    'the seed and the space of this study',
    other,
  );
}

/** One study of a journal. */
export class StudyStore {
  readonly journal: Journal;
  readonly #worker: string;
  readonly #seconds: number;
  readonly #identity: StudyIdentity;
  #study: StoredStudy | undefined;

  private constructor(
    journal: Journal,
    identity: StudyIdentity,
    owner: { readonly worker: string; readonly leaseSeconds: number },
  ) {
    [this.journal, this.#identity] = [journal, identity];
    [this.#worker, this.#seconds] = [owner.worker, owner.leaseSeconds];
  }

  /**
   * Finds the study in a journal, or makes it.
   *
   * @throws ThalwegError MISMATCH, and what {@link Journal.update} throws
   */
  static async open(
    journal: Journal,
    identity: StudyIdentity,
    owner: { readonly worker: string; readonly leaseSeconds: number; readonly file: string },
  ): Promise<StudyStore> {
    const store = new StudyStore(journal, identity, owner);
    await journal.update(() => ({ records: store.#beginning(owner.file), result: undefined }));
    store.#study = journal.replay.find(identity.name);
    return store;
  }

  /** Returns the records that the study still needs. */
  #beginning(file: string): JournalRecord[] {
    const { name, maximize } = this.#identity;
    const study = this.journal.replay.find(name);
    if (study !== undefined) checkIdentity(file, study, this.#identity);
    const creation = { study_name: name, directions: [maximize ? 2 : 1] };
    const attribute = { [studyKey]: identityText(this.#identity) };
    const id = study?.id ?? this.journal.replay.nextStudy;
    const worker = { worker_id: this.#worker };
    return [
      ...(study ? [] : [{ op_code: operation.createStudy, ...worker, ...creation }]),
      ...(study?.userAttributes[studyKey] === undefined
        ? [{ op_code: operation.studyUserAttribute, ...worker, study_id: id, user_attr: attribute }]
        : []),
    ];
  }

  get #stored(): StoredStudy {
    return this.#study!;
  }

  /** All trials, by number, as of the last update. */
  get trials(): readonly TrialRecord[] {
    return this.#stored.trials.map(({ record }) => record);
  }

  /** The number of reported epochs of all trials, as of the last update. */
  get reports(): number {
    return this.#stored.trials.reduce((sum, { reports }) => sum + reports, 0);
  }

  /** Returns all trials but one, without making the record of that one. */
  others(number: number): TrialRecord[] {
    return this.#stored.trials.flatMap((each) => (each.number === number ? [] : each.record));
  }

  /**
   * Takes a trial that another worker left, or else the next new one.
   *
   * @param choose chooses the values of a new trial; undefined where running trials must end before
   * @param most the number of trials of the whole study
   */
  async claim(
    choose: (number: number, trials: readonly TrialRecord[]) => Suggestion | undefined,
    most: number,
  ): Promise<Claim> {
    const claim = await this.journal.update<'wait' | 'end' | { readonly number: number }>(() => {
      const free = this.#stored.trials.find(isFree);
      if (free !== undefined)
        return { records: [this.#leaseRecord(free)], result: { number: free.number } };
      const number = this.#stored.trials.length;
      if (number >= most) return { records: [], result: 'end' };
      const suggestion = choose(number, this.trials);
      if (suggestion === undefined) return { records: [], result: 'wait' };
      return { records: [this.#newTrial(suggestion)], result: { number } };
    });
    return typeof claim === 'string' ? claim : { trial: this.#stored.trials[claim.number]! };
  }

  #newTrial({ values, stage, epochs }: Suggestion): JournalRecord {
    const having = this.#identity.parameters.filter(({ name }) => Object.hasOwn(values, name));
    const texts = having.map(({ name, dimension }) => [name, toDistribution(dimension)] as const);
    const internal = having.map(
      ({ name, dimension }) => [name, toInternal(dimension, values[name]!)] as const,
    );
    return {
      op_code: operation.createTrial,
      worker_id: this.#worker,
      study_id: this.#stored.id,
      datetime_start: now(),
      state: states.indexOf('running'),
      value: null,
      values: null,
      distributions: Object.fromEntries(texts),
      params: Object.fromEntries(internal),
      user_attrs: {
        ...(stage === undefined ? {} : { stage }),
        ...(epochs === undefined ? {} : { epochs }),
      },
      system_attrs: this.journal.isShared
        ? { [leaseKey]: newLease(this.#worker, this.#seconds) }
        : {},
      intermediate_values: {},
    };
  }

  #leaseRecord({ id }: StoredTrial): JournalRecord {
    return {
      op_code: operation.trialSystemAttribute,
      worker_id: this.#worker,
      trial_id: id,
      system_attr: { [leaseKey]: newLease(this.#worker, this.#seconds) },
    };
  }

  /**
   * Holds a trial for longer, while its worker lives.
   *
   * @returns false where another worker has the trial by now
   */
  async renew(number: number): Promise<boolean> {
    const trial = this.#stored.trials[number]!;
    return this.journal.update(() => {
      const result = this.#isOurs(trial);
      return { records: result ? [this.#leaseRecord(trial)] : [], result };
    });
  }

  /** Keeps a reported value. */
  report(number: number, { epoch, value }: Report): void {
    this.journal.add({
      op_code: operation.intermediate,
      worker_id: this.#worker,
      trial_id: this.#stored.trials[number]!.id,
      step: epoch,
      intermediate_value: value,
    });
  }

  /** Returns true where no other worker has taken a trial of this one. */
  #isOurs(trial: StoredTrial): boolean {
    if (trial.state !== 'running') return false;
    return !this.journal.isShared || isHeldBy(trial, this.#worker);
  }

  /**
   * Keeps the result of a trial, and waits until the disk has it.
   *
   * @returns false where another worker has the trial by now; nothing is kept then
   */
  async finish(number: number, { state, value, reason }: Outcome): Promise<boolean> {
    const trial = this.#stored.trials[number]!;
    const common = { worker_id: this.#worker, trial_id: trial.id };
    return this.journal.update(() => {
      if (!this.#isOurs(trial)) return { records: [], result: false };
      const attribute = { op_code: operation.trialUserAttribute, ...common } as const;
      const records: JournalRecord[] = [
        ...(reason === undefined ? [] : [{ ...attribute, user_attr: { reason } }]),
        {
          op_code: operation.state,
          ...common,
          state: states.indexOf(state),
          values: value === undefined ? null : [value],
          datetime_complete: now(),
        },
      ];
      return { records, result: true };
    }, true);
  }

  /** Hands a trial back, so that any worker may take it at once. */
  async release(number: number): Promise<void> {
    const trial = this.#stored.trials[number]!;
    await this.journal.update(() => ({
      records: this.#isOurs(trial)
        ? [
            {
              op_code: operation.trialSystemAttribute,
              worker_id: this.#worker,
              trial_id: trial.id,
              system_attr: { [leaseKey]: null },
            },
          ]
        : [],
      result: undefined,
    }));
  }

  /** Reads what other workers have added. */
  async refresh(): Promise<void> {
    await this.journal.update(() => ({ records: [], result: undefined }));
  }
}
