/** What a checkpoint holds besides tensors; plain data. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExponentialState } from '../average/exponential.js';
import type { Json } from '../callbacks/callback.js';
import { native } from '../native.js';
import type { EpochRecord } from '../train/history.js';
import type { MonitorState } from '../train/monitor.js';
import type { RecentLossState } from '../train/recent-loss.js';
import { plain } from './exact-json.js';

/** What a trainer was made with. A function of the caller's stands as `{ "$function": true }`. */
export interface TrainerDescription {
  /** As `JSON.stringify(model)` has it. */
  readonly model: unknown;
  /** Its kind and parameters. */
  readonly loss: unknown;
  /** Native name of the update rule. */
  readonly rule: string;
  /** The group of each parameter, in the model's order. */
  readonly groups: readonly number[];
  /** In decimal. */
  readonly seed: string;
  /** As `optim.adam` and the others make it. */
  readonly optimizer: unknown;
  /** Bounds on the gradient. */
  readonly clip: unknown;
  /** What a NaN or infinite gradient does. */
  readonly nonFinite: string;
  /** Of the weights; null: none is kept. */
  readonly average: unknown;
  /** In use. */
  readonly device: string;
}

/** The steps done of an epoch. */
export interface EpochProgress {
  /** Sum of the examples' losses. */
  readonly lossSum: number;
  /** Examples whose class was predicted. */
  readonly correct: number;
  /** Examples seen. */
  readonly examples: number;
  /** Taken. */
  readonly steps: number;
  /** Left out by `nonFinite: 'skip'`. */
  readonly skipped: number;
  /** Of the last step; NaN where not measured. */
  readonly gradientNorm: number;
  /** Mean loss of the last step. */
  readonly lastLoss: number;
}

/** What a callback keeps from epoch to epoch. */
export interface CallbackState {
  /** Plain data, as the callback gives it. */
  readonly state: Json;
  /** Names of its arrays, which are tensors of the checkpoint. */
  readonly arrays: readonly string[];
}

/** The epoch that was under way. */
export interface EpochUnderWay {
  /** The steps done. */
  readonly progress: EpochProgress;
  /** Rows a step, of this epoch. */
  readonly batchSize: number;
  /** That were gathered at a time: less where steps accumulate. Absent in files of earlier versions. */
  readonly partRows?: number;
  /** Time of the steps done. */
  readonly seconds: number;
  /** In files of earlier versions, where {@link RunState} lacks it. */
  readonly recentLoss?: RecentLossState;
}

/** A warning that the run has sent, and does not send again. */
export interface SentWarning {
  /** What it was about. */
  readonly code: string;
  /** The layer that it was about; absent without one. */
  readonly layer?: string;
}

/** Names of files of the folder, with which option `rollback` goes on. */
export interface WayBack {
  /** That led to the moment. */
  readonly files: readonly string[];
  /** Those among them that the run went back to. */
  readonly tried: readonly string[];
}

/** The call of fit that was under way. */
export interface RunState {
  /** The number of its first epoch. */
  readonly firstEpoch: number;
  /** Epochs that it was to train. */
  readonly epochs: number;
  /** Whether each epoch has an order of its own. */
  readonly shuffle: boolean;
  /** Whether a last, smaller batch is left out. */
  readonly dropLast: boolean;
  /** XXH64 of the data set. */
  readonly dataset: string;
  /** XXH64 of the validation set; absent without one. */
  readonly validation?: string;
  /** Fingerprint of the sampling; absent without one. */
  readonly sampling?: string;
  /** The highest learning rate so far. */
  readonly highestRate: number;
  /** That of the last epoch but one, and of the last that began. Absent in files of earlier versions. */
  readonly highestLately?: readonly [number, number];
  /** What going back to checkpoints has left of the learning rate, from 1. */
  readonly rateScale: number;
  /** How often the run went back to a checkpoint. */
  readonly rollbacks: number;
  /** Absent without `rollback`. */
  readonly back?: WayBack;
  /** Absent between two epochs. */
  readonly underWay?: EpochUnderWay;
  /** What progress events smooth. Absent in files of earlier versions. */
  readonly recentLoss?: RecentLossState;
  /** What a monitor has seen; absent without one. */
  readonly monitor?: MonitorState;
  /** In the order in which they were sent. Absent in files of earlier versions. */
  readonly warned?: readonly SentWarning[];
  /** What the callback said that had stopped the run. */
  readonly stopReason?: string;
  /** States of the callbacks, by name. */
  readonly callbacks: Readonly<Record<string, CallbackState>>;
}

/** Who wrote a checkpoint, when. */
export interface Writer {
  /** In ISO 8601. */
  readonly time: string;
  /** Of this package. */
  readonly thalweg: string;
  /** Version of Node.js. */
  readonly node: string;
  /** Instruction set of the vector lanes. */
  readonly isa: string;
  /** That parallel loops may use. */
  readonly threads: number;
}

/** All of it. */
export interface CheckpointState {
  /** Which trainer's life this is a moment of; resuming goes on with the same. */
  readonly lineage: string;
  /** What it was made with. */
  readonly trainer: TrainerDescription;
  /** Taken, over all runs. */
  readonly steps: number;
  /** Left out by `nonFinite: 'skip'`. */
  readonly skipped: number;
  /** The finished epochs. */
  readonly history: readonly EpochRecord[];
  /** Of the history's losses. */
  readonly smoothedLoss: ExponentialState;
  /** Absent where no run was under way. */
  readonly run?: RunState;
  /** Who wrote it. */
  readonly writer: Writer;
}

let version: string | undefined;

/** Of this package. */
export function packageVersion(): string {
  version ??= (
    JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8')) as {
      version: string;
    }
  ).version;
  return version;
}

/** This process, now. */
export function writer(): Writer {
  return {
    time: new Date().toISOString(),
    thalweg: packageVersion(),
    node: process.versions.node,
    isa: native.isa(),
    threads: native.threadCount(),
  };
}

/** The name of a new life. */
export function newLineage(): string {
  return randomUUID();
}

/** The description of a trainer as a file would give it back. */
export function describeTrainer(parts: TrainerDescription): TrainerDescription {
  return plain(parts);
}
