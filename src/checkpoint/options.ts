/** Option `checkpoint` of fit, and its checks. */
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

/** How a run goes back to a checkpoint after a gradient or loss that is not finite. */
export interface RollbackOptions {
  /** The most times that a run goes back, an integer, at least 1. Default 3. */
  readonly times?: number;
  /** The factor that multiplies the learning rate each time, in (0, 1). Default 0.5. */
  readonly rateFactor?: number;
}

/** Option `checkpoint` of fit. */
export interface CheckpointOptions {
  /** The folder of the checkpoints. It is made where it is missing, and has one writer at a time. */
  readonly folder: string;
  /** The steps from one checkpoint to the next, counted over all runs, an integer, at least 1. */
  readonly everySteps?: number;
  /**
   * The minutes from one checkpoint to the next, greater than 0, at most 10,000. Default 0.5 where no
   * other interval is given.
   */
  readonly everyMinutes?: number;
  /** The epochs, with their validation, from one checkpoint to the next, an integer, at least 1. */
  readonly everyEpochs?: number;
  /**
   * Decides about a checkpoint that is due while another is being written. True makes the training wait
   * for the disk; false puts off the checkpoint. Default false.
   */
  readonly waits?: boolean;
  /** The number of newest checkpoints that stay, an integer, at least 1. Default 3. */
  readonly keepLast?: number;
  /**
   * The number of best checkpoints that stay besides the newest, an integer, at least 0. Only those
   * written after an epoch count. Default 0.
   */
  readonly keepBest?: number;
  /**
   * The metric that finds the best checkpoints, for example `'validation.f1'` where fit's `metrics` has
   * it. Lower losses and errors are better, and higher values of all other metrics. Default
   * `'validation.loss'`, or `'loss'` where there is no validation.
   */
  readonly bestBy?: MetricPath;
  /**
   * The response to SIGTERM and SIGINT. `'exit'` saves a checkpoint and then ends the process by the
   * signal, unless the program listens to it, too. A second signal ends the process at once.
   * `'ignore'` leaves the signals alone. Default `'exit'`.
   */
  readonly signals?: 'exit' | 'ignore';
  /**
   * Where given, a run with `nonFinite: 'stop'` whose gradient or loss is not finite goes back to its
   * last checkpoint and goes on with a lower learning rate. By default it ends.
   */
  readonly rollback?: RollbackOptions;
}

/** The checked options with their defaults; an interval of 0 is none. */
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

/** Returns the checked option, or throws. `validates` is true where the run has validation data. */
export function planCheckpoints(path: string, value: unknown, validates: boolean): CheckpointPlan {
  const options = requireOptions(path, value, keys);
  const { everySteps, everyMinutes, everyEpochs } = options;
  // An absolute path stays valid when the process changes its working directory.
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
