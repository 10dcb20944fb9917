/** The studies and trials of a journal, as its records make them, by the rules of Optuna. */
import { type Distribution, fromInternal } from './distribution.js';
import type { ChoiceValue } from '../space.js';
import { type Report, type TrialRecord, type TrialState, isFinished } from '../trial-record.js';
import { type JournalRecord, operation, states } from './records.js';

type Attributes = Readonly<Record<string, unknown>>;
type RecordOf<K extends JournalRecord['op_code']> = Extract<JournalRecord, { readonly op_code: K }>;

/** A study of the journal. */
export interface StoredStudy {
  readonly id: number;
  readonly name: string;
  /** 1 falls, 2 rises, 0 is not set; one number for each objective. */
  readonly directions: readonly number[];
  userAttributes: Attributes;
  systemAttributes: Attributes;
  /** The trials, by number. */
  readonly trials: StoredTrial[];
}

/** Returns a date of the journal; undefined where it is absent or cannot be read. */
function dateOf(value: string | null | undefined): Date | undefined {
  const date = new Date(value ?? NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** A trial of the journal. */
export class StoredTrial {
  readonly id: number;
  readonly number: number;
  state: TrialState;
  value: number | undefined;
  started: Date | undefined;
  ended: Date | undefined;
  userAttributes: Attributes;
  systemAttributes: Attributes;
  readonly #values = new Map<string, ChoiceValue>();
  readonly #history = new Map<number, number>();
  #record: TrialRecord | undefined;

  constructor(id: number, number: number, created: RecordOf<typeof operation.createTrial>) {
    this.id = id;
    this.number = number;
    this.state = states[created.state ?? 0]!;
    this.value = created.values?.[0] ?? created.value ?? undefined;
    this.started = dateOf(created.datetime_start);
    this.ended = dateOf(created.datetime_complete);
    this.userAttributes = created.user_attrs ?? {};
    this.systemAttributes = created.system_attrs ?? {};
    for (const [name, internal] of Object.entries(created.params ?? {}))
      this.setParameter(name, created.distributions?.[name], internal);
    for (const [step, value] of Object.entries(created.intermediate_values ?? {}))
      this.#history.set(Number(step), value);
  }

  /** Sets a parameter, unless its number stands for no value. */
  setParameter(name: string, distribution: Distribution | undefined, internal: number): void {
    const value = distribution && fromInternal(distribution, internal);
    if (value !== undefined) this.#values.set(name, value);
    this.changed();
  }

  /** Adds a reported value. */
  report(epoch: number, value: number): void {
    this.#history.set(epoch, value);
    this.changed();
  }

  /** The number of its reported epochs. */
  get reports(): number {
    return this.#history.size;
  }

  /** Forgets the record, because something has changed. */
  changed(): void {
    this.#record = undefined;
  }

  /** The trial as plain data; the same object until something changes. */
  get record(): TrialRecord {
    return (this.#record ??= this.#newRecord());
  }

  #newRecord(): TrialRecord {
    const { number, state, value, started, ended } = this;
    const { reason, stage, epochs } = this.userAttributes;
    const history = Array.from(this.#history, ([epoch, each]): Report => ({ epoch, value: each }));
    return Object.freeze({
      number,
      state,
      values: Object.freeze(Object.fromEntries(this.#values)),
      ...(value === undefined ? {} : { value }),
      history: Object.freeze(history.sort((a, b) => a.epoch - b.epoch)),
      ...(typeof reason === 'string' ? { reason } : {}),
      ...(typeof stage === 'number' ? { stage } : {}),
      ...(typeof epochs === 'number' ? { epochs } : {}),
      ...(started === undefined ? {} : { started }),
      ...(ended === undefined ? {} : { ended }),
    });
  }
}

/** All studies of a journal. Records that concern nothing are passed over, as Optuna does. */
export class Replay {
  readonly #studies = new Map<number, StoredStudy>();
  readonly #trials: StoredTrial[] = [];
  #nextStudy = 0;

  /** The studies, in the order of their creation. */
  get studies(): StoredStudy[] {
    return [...this.#studies.values()];
  }

  /** The id of the study that is made next. */
  get nextStudy(): number {
    return this.#nextStudy;
  }

  /** Returns the study with this name. */
  find(name: string): StoredStudy | undefined {
    return this.studies.find((study) => study.name === name);
  }

  /** Applies one record. */
  apply(record: JournalRecord): void {
    switch (record.op_code) {
      case operation.createStudy:
        this.#createStudy(record);
        break;
      case operation.deleteStudy:
        this.#studies.delete(record.study_id);
        break;
      case operation.createTrial:
        this.#createTrial(record);
        break;
      case operation.discardTrials:
        break;
      case operation.studyUserAttribute:
      case operation.studySystemAttribute:
        this.#setStudyAttribute(record);
        break;
      default:
        this.#changeTrial(record);
    }
  }

  #createStudy({ study_name: name, directions }: RecordOf<0>): void {
    if (this.find(name) !== undefined) return;
    const id = this.#nextStudy++;
    const none = { userAttributes: {}, systemAttributes: {} };
    this.#studies.set(id, { id, name, directions, ...none, trials: [] });
  }

  #setStudyAttribute(record: RecordOf<2> | RecordOf<3>): void {
    const study = this.#studies.get(record.study_id);
    if (study === undefined) return;
    if (record.op_code === operation.studyUserAttribute)
      study.userAttributes = { ...study.userAttributes, ...record.user_attr };
    else study.systemAttributes = { ...study.systemAttributes, ...record.system_attr };
  }

  #createTrial(record: RecordOf<4>): void {
    const study = this.#studies.get(record.study_id);
    if (study === undefined) return;
    const trial = new StoredTrial(this.#trials.length, study.trials.length, record);
    this.#trials.push(trial);
    study.trials.push(trial);
  }

  #changeTrial(record: RecordOf<5 | 6 | 7 | 8 | 9>): void {
    const trial = this.#trials[record.trial_id];
    if (trial === undefined || isFinished(trial)) return;
    switch (record.op_code) {
      case operation.parameter: {
        const { param_name: name, distribution, param_value_internal: internal } = record;
        trial.setParameter(name, distribution, internal);
        break;
      }
      case operation.intermediate:
        trial.report(record.step, record.intermediate_value);
        break;
      case operation.trialUserAttribute:
        trial.userAttributes = { ...trial.userAttributes, ...record.user_attr };
        break;
      case operation.trialSystemAttribute:
        trial.systemAttributes = { ...trial.systemAttributes, ...record.system_attr };
        break;
      case operation.state:
        this.#setState(trial, record);
    }
    trial.changed();
  }

  #setState(trial: StoredTrial, record: RecordOf<6>): void {
    const state = states[record.state]!;
    if (state === 'running' && trial.state === 'running') return;
    trial.state = state;
    if (state === 'running') trial.started = dateOf(record.datetime_start);
    else trial.ended = dateOf(record.datetime_complete);
    if (record.values !== null) trial.value = record.values[0];
  }
}
