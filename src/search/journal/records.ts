/** The records of Optuna's journal (optuna/storages/journal/_storage.py, version 5). */
import {
  type Infer,
  type Schema,
  anyNumber,
  anything,
  count,
  dictionary,
  list,
  object,
  optional,
  parseValue,
  text,
  where,
} from '../../schema.js';
import { ThalwegError } from '../../errors.js';
import { describe } from '../../options.js';
import { readLine, writeLine } from './line.js';
import { type Distribution, distribution } from './distribution.js';

/** The kinds of records. */
export const operation = {
  createStudy: 0,
  deleteStudy: 1,
  studyUserAttribute: 2,
  studySystemAttribute: 3,
  createTrial: 4,
  parameter: 5,
  state: 6,
  intermediate: 7,
  trialUserAttribute: 8,
  trialSystemAttribute: 9,
  discardTrials: 10,
} as const;

/** The numbers of a trial's states in the journal. */
export const states = ['running', 'complete', 'pruned', 'failed', 'waiting'] as const;

/** Accepts null for a field that may be absent. */
function orNull<T>(schema: Schema<T>): Schema<T | null> {
  return (value) => (value === null ? null : schema(value));
}

const stateNumber = where(count(), (state) => state < states.length, 'a state from 0 to 4');
const values = list(anyNumber, 100);
const attributes = dictionary(anything);

/** Optuna writes a distribution as a text within the text. */
function distributionText(value: unknown): Distribution {
  return distribution(readLine(text()(value), ''));
}

const fields = {
  [operation.createStudy]: object({
    study_name: text(),
    directions: list(
      where(count(), (n) => n <= 2, 'a direction'),
      100,
    ),
  }),
  [operation.deleteStudy]: object({ study_id: count() }),
  [operation.studyUserAttribute]: object({ study_id: count(), user_attr: attributes }),
  [operation.studySystemAttribute]: object({ study_id: count(), system_attr: attributes }),
  [operation.createTrial]: object({
    study_id: count(),
    datetime_start: optional(orNull(text())),
    datetime_complete: optional(orNull(text())),
    state: optional(stateNumber),
    value: optional(orNull(anyNumber)),
    values: optional(orNull(values)),
    distributions: optional(dictionary(distributionText)),
    params: optional(dictionary(anyNumber)),
    user_attrs: optional(attributes),
    system_attrs: optional(attributes),
    intermediate_values: optional(dictionary(anyNumber)),
  }),
  [operation.parameter]: object({
    trial_id: count(),
    param_name: text(),
    param_value_internal: anyNumber,
    distribution: distributionText,
  }),
  [operation.state]: object({
    trial_id: count(),
    state: stateNumber,
    values: orNull(values),
    datetime_start: optional(orNull(text())),
    datetime_complete: optional(orNull(text())),
  }),
  [operation.intermediate]: object({
    trial_id: count(),
    step: anyNumber,
    intermediate_value: anyNumber,
  }),
  [operation.trialUserAttribute]: object({ trial_id: count(), user_attr: attributes }),
  [operation.trialSystemAttribute]: object({ trial_id: count(), system_attr: attributes }),
  [operation.discardTrials]: object({}),
};

type Fields = typeof fields;
type Code = keyof Fields;

/** A record of the journal: its kind, its writer and its fields. */
export type JournalRecord = {
  [K in Code]: { readonly op_code: K; readonly worker_id: string } & Infer<Fields[K]>;
}[Code];

const head = object({ op_code: count(), worker_id: text() });

/**
 * Returns the record of a line.
 *
 * @param place the file and the line's number, for errors
 * @throws ThalwegError FORMAT, DEPTH, OVERFLOW, DUPLICATE
 */
export function readRecord(line: string, place: string): JournalRecord {
  const value = readLine(line, place);
  const { op_code: code, worker_id } = parseValue(head, value, place);
  const schema = Object.hasOwn(fields, code) ? fields[code as Code] : undefined;
  if (schema === undefined)
    throw new ThalwegError({
      code: 'FORMAT',
      path: `${place}: op_code`,
      received: describe(code),
      expected: 'an operation from 0 to 10',
      remedy: 'a newer Optuna may have written it; use a newer version of thalweg',
    });
  return { op_code: code, worker_id, ...parseValue(schema, value, place) } as JournalRecord;
}

/** Returns distributions as the texts that Optuna wants. */
function texts(distributions: Readonly<Record<string, Distribution>>): Record<string, string> {
  const entries = Object.entries(distributions);
  return Object.fromEntries(entries.map(([name, each]) => [name, JSON.stringify(each)]));
}

/** Returns the line of a record, with its line break. */
export function recordLine(record: JournalRecord): string {
  if (record.op_code === operation.parameter)
    return writeLine({ ...record, distribution: JSON.stringify(record.distribution) });
  if (record.op_code !== operation.createTrial) return writeLine(record);
  return writeLine({ ...record, distributions: texts(record.distributions ?? {}) });
}
