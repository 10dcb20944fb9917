/** What a checkpoint keeps of the call of fit that was under way; plain data. */
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
/** A weighted mean, as `average.ExponentialAverage` keeps it. */
export const exponentialState = object({
  /** The sum of weighted values: the average before bias correction. */
  sum: number({}),
  /** Values so far. */
  count: count(),
});

/** The steps done of an epoch. */
const epochProgress = where(
  object({
    /** Sum of the examples' losses. */
    lossSum: anyNumber,
    /** Examples whose class was predicted. */
    correct: count(),
    /** Examples seen. */
    examples: count(),
    /** Steps taken. */
    steps: count(),
    /** Steps that `nonFinite: 'skip'` left out. */
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
  /** Examples seen. */
  examples: count(),
  /** Steps taken. */
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
/** What has been seen of the latest steps' loss; plain data. */
export interface RecentLossState extends Infer<typeof recentLossState> {}

const epochUnderWay = where(
  object({
    /** The steps done. */
    progress: epochProgress,
    /** Rows a step, of this epoch. */
    batchSize: count(1),
    /** That were gathered at a time: less where steps accumulate. Absent in files of earlier versions. */
    partRows: optional(count(1)),
    /** Time of the steps done. */
    seconds: number({ min: 0 }),
    /** In files of earlier versions, where {@link SavedRun} lacks it. */
    recentLoss: optional(recentLossState),
  }),
  // Only an epoch's last batch is smaller than the others.
  ({ progress: { steps, examples }, batchSize, partRows = 1 }) =>
    partRows <= batchSize &&
    examples <= steps * batchSize &&
    (steps === 0 || examples > (steps - 1) * batchSize),
  'as many examples as the steps have rows',
);
/** The epoch that was under way. */
export interface EpochUnderWay extends Infer<typeof epochUnderWay> {}

/** What a callback keeps from epoch to epoch. */
const callbackState = object({
  /** Plain data, as the callback gives it. */
  state: json,
  /** Names of its arrays, which are tensors of the checkpoint. */
  arrays: list(text()),
});
/** Norms that a monitor judges explosions by, at most. */
export const mostNorms = 101;

const layerWatchState = object({
  /** Looks of the epoch under way. */
  looks: count(),
  /** Sum of the norms of their gradients. */
  gradientSum: magnitude,
  /** The largest of these norms. */
  largestGradient: magnitude,
  /** Sum of their ratios of update to weights. */
  ratioSum: magnitude,
  /** Norm of the weights at the last look. */
  weight: magnitude,
  /** Share of dead units at the last look, over all rows of the epoch so far; NaN where units cannot die. */
  dead: magnitude,
  /** Norms of gradients over the run, the latest last. */
  norms: list(magnitude, mostNorms),
  /** The first of all; absent before it. */
  first: optional(magnitude),
});
/** What has been seen of a layer; plain data. */
export interface LayerWatchState extends Infer<typeof layerWatchState> {}

const base64 = text(/^[A-Za-z\d+/]*={0,2}$/, 'bytes in base64');

const monitorState = object({
  /** In the model's order. */
  layers: list(layerWatchState),
  /** Which units have moved in the epoch under way: bits in base64; absent where none can. */
  moved: optional(base64),
});
/** What a monitor has seen, of a run that goes on later; plain data. */
export interface MonitorState extends Infer<typeof monitorState> {}

const sentWarning = object({
  /** What it was about. */
  code: text(),
  /** The layer that it was about; absent without one. */
  layer: optional(text()),
});
/** A warning that the run has sent, and does not send again. */
export interface SentWarning extends Infer<typeof sentWarning> {}

const rollbackFiles = where(
  object({
    /** Files that led to the moment. */
    files: list(fileName),
    /** Files among them that the run went back to. */
    tried: list(fileName),
  }),
  ({ files, tried }) => tried.every((name) => files.includes(name)),
  'files that led to the moment',
);
/** Names of files of the folder, with which option `rollback` goes on. */
export interface RollbackFiles extends Infer<typeof rollbackFiles> {}

/** The call of fit that was under way. */
export const savedRun = where(
  object({
    /** The number of its first epoch. */
    firstEpoch: count(),
    /** Epochs that it was to train. */
    epochs: count(1),
    /** Whether each epoch has an order of its own. */
    shuffle: boolean,
    /** Whether a last, smaller batch is left out. */
    dropLast: boolean,
    /** XXH64 of the data set. */
    dataset: fingerprint,
    /** XXH64 of the validation set; absent without one. */
    validation: optional(fingerprint),
    /** Fingerprint of the sampling; absent without one. */
    sampling: optional(fingerprint),
    /** The highest learning rate so far. */
    highestRate: number({ min: 0 }),
    /** The highest rates of the last epoch but one, and of the last that began. Absent in files of earlier versions. */
    highestLately: optional(pair(rate)),
    /** What going back to checkpoints has left of the learning rate, from 1. */
    rateScale: number({ min: 0, openMin: true, max: 1 }),
    /** How often the run went back to a checkpoint. */
    rollbacks: count(),
    /** Absent without `rollback`. */
    back: optional(rollbackFiles),
    /** Absent between two epochs. */
    underWay: optional(epochUnderWay),
    /** What progress events smooth. Absent in files of earlier versions. */
    recentLoss: optional(recentLossState),
    /** What a monitor has seen; absent without one. */
    monitor: optional(monitorState),
    /** In the order in which they were sent. Absent in files of earlier versions. */
    warned: optional(list(sentWarning)),
    /** What the callback said that had stopped the run. */
    stopReason: optional(text()),
    /** States of the callbacks, by name. */
    callbacks: dictionary(callbackState),
  }),
  ({ rateScale, rollbacks }) => (rateScale === 1) === (rollbacks === 0),
  'a lower rate where the run went back, and only there',
);
/** The call of fit that was under way. */
export interface SavedRun extends Infer<typeof savedRun> {}
