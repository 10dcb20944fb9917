/** The part of a checkpoint that describes the interrupted call of fit, as plain data. */
import {
  type Infer,
  type Schema,
  anyNumber,
  anything,
  boolean,
  count,
  dictionary,
  list,
  magnitude,
  number,
  object,
  optional,
  pair,
  text,
  where,
} from '../schema.js';
import type { Json } from './callback.js';

const json = anything as Schema<Json>;

const fingerprint = text(/^[\da-f]{16}$/, '16 hexadecimal digits');
const fileName = text(/^[^/\0]+$/, 'the name of a file, without a folder');
const rate = where(magnitude, (value) => !Number.isNaN(value), 'a rate');
/** The state of an `average.ExponentialAverage`. */
export const exponentialState = object({
  /** The weighted sum of the values: the average before bias correction. */
  sum: number({}),
  /** The number of values so far. */
  count: count(),
});

/** The sums over the steps of an epoch so far. */
const epochProgress = where(
  object({
    /** Sum of the examples' losses. */
    lossSum: anyNumber,
    /** The number of examples with a correct prediction. */
    correct: count(),
    /** The number of examples seen. */
    examples: count(),
    /** The number of steps taken. */
    steps: count(),
    /** The number of steps that `nonFinite: 'skip'` skipped. */
    skipped: count(),
    /** Norm of the last step's gradient; NaN where it was not measured. */
    gradientNorm: magnitude,
    /** Mean loss of the last step. */
    lastLoss: anyNumber,
  }),
  ({ correct, examples }) => correct <= examples,
  'no more right predictions than examples',
);
const recentSums = object({
  /** Sum of the examples' losses. */
  lossSum: anyNumber,
  /** The number of examples seen. */
  examples: count(),
  /** The number of steps taken. */
  steps: count(),
});
/** Sums over an epoch so far. */
export interface RecentSums extends Infer<typeof recentSums> {}

const recentLossState = object({
  /** The average of the steps' mean losses. */
  average: exponentialState,
  /** The sums at the last report. */
  seen: recentSums,
});
/** The state of the average over the latest steps' losses, as plain data. */
export interface RecentLossState extends Infer<typeof recentLossState> {}

const epochUnderWay = where(
  object({
    /** The sums over the steps done. */
    progress: epochProgress,
    /** The rows of one step of this epoch. */
    batchSize: count(1),
    /** The rows gathered at a time, fewer where steps accumulate batches. Absent in files of earlier versions. */
    partRows: optional(count(1)),
    /** Seconds that the steps took. */
    seconds: number({ min: 0 }),
    /** Present only in files of earlier versions, whose {@link SavedRun} lacks it. */
    recentLoss: optional(recentLossState),
  }),
  // Only the last batch of an epoch may be smaller than the others.
  ({ progress: { steps, examples }, batchSize, partRows = 1 }) =>
    partRows <= batchSize &&
    examples <= steps * batchSize &&
    (steps === 0 || examples > (steps - 1) * batchSize),
  'as many examples as the steps have rows',
);
/** The epoch that was interrupted. */
export interface EpochUnderWay extends Infer<typeof epochUnderWay> {}

/** The state of a callback. */
const callbackState = object({
  /** The plain data that the callback's `state` returns. */
  state: json,
  /** Names of its arrays, which are tensors of the checkpoint. */
  arrays: list(text()),
});
/** The most earlier norms with which a monitor compares a gradient. */
export const mostNorms = 101;

const layerWatchState = object({
  /** The number of monitored steps of the current epoch. */
  looks: count(),
  /** Sum of the gradient norms of these steps. */
  gradientSum: magnitude,
  /** The largest of these norms. */
  largestGradient: magnitude,
  /** Sum of the steps' ratios of update norm to weight norm. */
  ratioSum: magnitude,
  /** Norm of the weights at the last monitored step. */
  weight: magnitude,
  /** Share of units that were 0 for all monitored rows of the epoch; NaN for layers whose units cannot die. */
  dead: magnitude,
  /** Gradient norms of the run, the latest last. */
  norms: list(magnitude, mostNorms),
  /** The first gradient norm of the run; absent before the first monitored step. */
  first: optional(magnitude),
});
/** The state of a {@link LayerWatch}, as plain data. */
export interface LayerWatchState extends Infer<typeof layerWatchState> {}

const base64 = text(/^[A-Za-z\d+/]*={0,2}$/, 'bytes in base64');

const monitorState = object({
  /** The states of the layers, in the model's order. */
  layers: list(layerWatchState),
  /** A bit for each relu unit that was above 0 in the current epoch, in base64; absent without relu units. */
  moved: optional(base64),
});
/** The state of a monitor for a run that is continued later, as plain data. */
export interface MonitorState extends Infer<typeof monitorState> {}

const sentWarning = object({
  /** The code of the warning. */
  code: text(),
  /** The layer of the warning; absent where it has none. */
  layer: optional(text()),
});
/** A warning that the run has sent and does not repeat. */
export interface SentWarning extends Infer<typeof sentWarning> {}

const rollbackFiles = where(
  object({
    /** The files that the run may go back to. */
    files: list(fileName),
    /** The files among them that the run has gone back to. */
    tried: list(fileName),
  }),
  ({ files, tried }) => tried.every((name) => files.includes(name)),
  'files that led to the moment',
);
/** The names of the checkpoint folder's files that option `rollback` uses. */
export interface RollbackFiles extends Infer<typeof rollbackFiles> {}

/** The schema of {@link SavedRun}. */
export const savedRun = where(
  object({
    /** The number of the run's first epoch. */
    firstEpoch: count(),
    /** The number of epochs that the call asked for. */
    epochs: count(1),
    /** True where each epoch has another order. */
    shuffle: boolean,
    /** True where epochs leave out a last, smaller batch. */
    dropLast: boolean,
    /** XXH64 of the data set. */
    dataset: fingerprint,
    /** XXH64 of the validation set; absent without one. */
    validation: optional(fingerprint),
    /** Fingerprint of the sampling; absent without one. */
    sampling: optional(fingerprint),
    /** The highest learning rate so far. */
    highestRate: number({ min: 0 }),
    /** The highest rates of the two latest epochs, the older first. Absent in files of earlier versions. */
    highestLately: optional(pair(rate)),
    /** The factor by which rollbacks have lowered the learning rate; 1 before the first. */
    rateScale: number({ min: 0, openMin: true, max: 1 }),
    /** The number of times that the run went back to a checkpoint. */
    rollbacks: count(),
    /** The files of option `rollback`; absent without it. */
    back: optional(rollbackFiles),
    /** The epoch that was interrupted; absent between two epochs. */
    underWay: optional(epochUnderWay),
    /** The smoothed loss of progress events. Absent in files of earlier versions. */
    recentLoss: optional(recentLossState),
    /** The state of the monitor; absent without one. */
    monitor: optional(monitorState),
    /** The warnings sent so far, in their order. Absent in files of earlier versions. */
    warned: optional(list(sentWarning)),
    /** The reason that a stopping callback gave; absent where none stopped the run. */
    stopReason: optional(text()),
    /** States of the callbacks, by name. */
    callbacks: dictionary(callbackState),
  }),
  ({ rateScale, rollbacks }) => (rateScale === 1) === (rollbacks === 0),
  'a lower rate where the run went back, and only there',
);
/** The interrupted call of fit. */
export interface SavedRun extends Infer<typeof savedRun> {}
