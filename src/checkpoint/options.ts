/** What fit is told about checkpoints, checked. */
import { resolve } from 'node:path';
import { type MetricPath, checkMetricPath } from '../metrics/path.js';
import {
  checkBoolean,
  checkNumber,
  checkOneOf,
  checkOptions,
  checkPath,
  requireOptions,
} from '../options.js';

/** What becomes of a run whose gradient or loss is no longer finite. */
export interface RollbackOptions {
  /** How often a run may go back, at least 1. Default 3. */
  readonly times?: number;
  /** Multiplies the learning rate each time, in (0, 1). Default 0.5. */
  readonly rateFactor?: number;
}

/** Option `checkpoint` of fit. */
export interface CheckpointOptions {
  /** Made where it is missing. One writer at a time. */
  readonly folder: string;
  /** After so many steps, counted over all runs; at least 1. */
  readonly everySteps?: number;
  /** After so many minutes; greater than 0. Default 0.5 where no other interval is given. */
  readonly everyMinutes?: number;
  /** After so many epochs and their validation; at least 1. */
  readonly everyEpochs?: number;
  /**
   * Whether training waits for the disk rather than put off a checkpoint while another is being
   * written. Default false.
   */
  readonly waits?: boolean;
  /** The newest ones that stay, at least 1. Default 3. */
  readonly keepLast?: number;
  /** The best ones, of those taken after an epoch, that stay besides. Default 0. */
  readonly keepBest?: number;
  /**
   * What the best are chosen by: losses and errors fall, the rest rises, as `'validation.f1'` among fit's
   * `metrics`. Default `'validation.loss'`, without validation `'loss'`.
   */
  readonly bestBy?: MetricPath;
  /**
   * What SIGTERM and SIGINT do: `'exit'` saves and then ends the process as the signal would, unless
   * it has other listeners; `'ignore'` leaves them alone. A second signal ends the process at once.
   * Default `'exit'`.
   */
  readonly signals?: 'exit' | 'ignore';
  /**
   * Where set, a gradient or loss that is not finite, with `nonFinite: 'stop'`, sends the run back to
   * its last checkpoint, with a lower learning rate. Default: it ends the run.
   */
  readonly rollback?: RollbackOptions;
}

/** The options, checked, with every default in its place. */
export interface CheckpointPlan {
  readonly folder: string;
  readonly everySteps: number;
  readonly everyMinutes: number;
  readonly everyEpochs: number;
  readonly waits: boolean;
  readonly keepLast: number;
  readonly keepBest: number;
  readonly bestBy: MetricPath;
  readonly signals: 'exit' | 'ignore';
  readonly rollback: Required<RollbackOptions> | undefined;
}

const keys = [
  'folder',
  'everySteps',
  'everyMinutes',
  'everyEpochs',
  'keepLast',
  'keepBest',
  'bestBy',
  'waits',
  'signals',
  'rollback',
];
const atLeastOne = { min: 1, integer: true };

function checkRollback(path: string, value: unknown): Required<RollbackOptions> {
  const options = checkOptions(path, value, ['times', 'rateFactor']);
  return {
    times: checkNumber(`${path}.times`, options['times'] ?? 3, atLeastOne),
    rateFactor: checkNumber(`${path}.rateFactor`, options['rateFactor'] ?? 0.5, {
      min: 0,
      max: 1,
      openMin: true,
      openMax: true,
    }),
  };
}

/** The plan of an option, or a coded error; `validates`: whether the run measures on other data. */
export function planCheckpoints(path: string, value: unknown, validates: boolean): CheckpointPlan {
  const options = requireOptions(path, value, keys);
  const { everySteps, everyMinutes, everyEpochs } = options;
  // Where the process changes its folder, the run stays in this one.
  const folder = resolve(checkPath(`${path}.folder`, options['folder']));
  const count = (key: string, fallback: number, min = 1): number =>
    checkNumber(`${path}.${key}`, options[key] ?? fallback, { min, integer: true });
  const given = [everySteps, everyMinutes, everyEpochs].some((each) => each !== undefined);
  const bestBy = options['bestBy'] ?? (validates ? 'validation.loss' : 'loss');
  return {
    folder,
    everySteps: everySteps === undefined ? 0 : count('everySteps', 0),
    everyMinutes:
      given && everyMinutes === undefined
        ? 0
        : checkNumber(`${path}.everyMinutes`, everyMinutes ?? 0.5, {
            min: 0,
            openMin: true,
            max: 10_000,
          }),
    everyEpochs: everyEpochs === undefined ? 0 : count('everyEpochs', 0),
    waits: checkBoolean(`${path}.waits`, options['waits'] ?? false),
    keepLast: count('keepLast', 3),
    keepBest: count('keepBest', 0, 0),
    bestBy: checkMetricPath(`${path}.bestBy`, bestBy),
    signals: checkOneOf(`${path}.signals`, options['signals'] ?? 'exit', ['exit', 'ignore']),
    rollback:
      options['rollback'] === undefined
        ? undefined
        : checkRollback(`${path}.rollback`, options['rollback']),
  };
}
