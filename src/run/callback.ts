/** The type of callbacks: named hooks of a run, with a state that checkpoints can keep. */
import type { Weights } from '../average/weights.js';
import type { MetricPath } from '../metrics/path.js';
import type { EndEvent, EpochEvent, ProgressEvent, StartEvent, WarningEvent } from './events.js';
import type { EpochRecord } from './history.js';

/** The values that JSON can hold. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** The run as its callbacks see it. */
export interface RunControl {
  /** Records of the finished epochs, over all runs. */
  readonly history: readonly EpochRecord[];
  /**
   * Ends the run with reason `'stopped'`: between two epochs at once, and during an epoch after the current
   * step. The history contains the reason of the first call.
   *
   * @param reason the reason as text. Default `'a callback stopped it'`
   * @throws ThalwegError TYPE where the reason is no string
   */
  stop(reason?: string): void;
  /**
   * Returns a copy of each parameter and running statistic, by name. Call it between epochs.
   *
   * @param which the latest weights, or their average. Default `'raw'`
   * @throws ThalwegError BUSY (from `progress`), DISPOSED, MISSING, RANGE
   */
  weights(which?: Weights): Record<string, Float32Array>;
  /**
   * Replaces every parameter and running statistic, by name. The optimizer's state does not change. Call it
   * between epochs. Where it throws, nothing has changed.
   *
   * @throws ThalwegError as {@link Trainer.setParameters}
   */
  setWeights(weights: Readonly<Record<string, Float32Array>>): void;
  /**
   * Sends a warning as an event. A run sends only the first warning of one code and layer.
   *
   * @throws ThalwegError TYPE where a part is no string
   */
  warn(warning: Pick<WarningEvent, 'code' | 'message' | 'remedy' | 'layer'>): void;
}

/**
 * Hooks of a run. They are called after `onEvent`, one callback after another. An error that a hook throws
 * ends the run, which rejects with it. Checkpoints keep the callback's state, so a later run continues
 * with it.
 *
 * @example
 * const halve: Callback = {
 *   name: 'budget',
 *   epoch: (event, run) => event.seconds > 60 && run.stop('an epoch takes more than a minute'),
 * };
 */
export interface Callback {
  /** A name that no other callback of the run has; checkpoints use it too. */
  readonly name: string;
  /** Metrics that the callback reads. A run that does not measure them is refused before its first step. */
  readonly requires?: readonly MetricPath[];
  /** Called before the first step, and awaited. */
  start?(event: StartEvent, run: RunControl): unknown;
  /** Called at most 20 times a second during an epoch. It is not awaited: training goes on meanwhile. */
  progress?(event: ProgressEvent, run: RunControl): unknown;
  /** Called after each epoch and its validation; awaited before the next epoch. */
  epoch?(event: EpochEvent, run: RunControl): unknown;
  /** Called with each warning, and not awaited. */
  warning?(event: WarningEvent, run: RunControl): unknown;
  /** Called at the end, after all other hooks, and awaited. It is not called where the run failed. */
  end?(event: EndEvent, run: RunControl): unknown;
  /** Called after the run went back to a checkpoint and called `restore`; awaited before the next step. */
  rollback?(run: RunControl): unknown;
  /**
   * Waits until all that the callback has written is stored safely. The run calls it on all callbacks at
   * once and awaits it before it writes a checkpoint, and at the end, even after a failure. Where it
   * throws, the checkpoint is not written. After a failure the failure's error is thrown instead.
   */
  flush?(): unknown;
  /**
   * Returns all that the callback must remember from epoch to epoch, as plain data, which is copied at
   * once. Other values, such as a Map, end the run at its next checkpoint with TYPE.
   */
  state?(): Json;
  /** Returns large arrays that belong to the state, by name; they need not be copies. */
  arrays?(): Readonly<Record<string, Float32Array>>;
  /**
   * Goes back to a state, before `start` or `rollback`. The callback owns the arrays from then on. Where one
   * callback throws, all callbacks are restored to what their `state` and `arrays` returned before.
   */
  restore?(state: Json, arrays: Readonly<Record<string, Float32Array>>): void;
}

/** The state of one callback, as a checkpoint keeps it. */
export interface SavedCallback {
  /** The result of `state`; null for a callback without it. */
  readonly state: Json;
  /** The result of `arrays`; empty for a callback without it. */
  readonly arrays: Readonly<Record<string, Float32Array>>;
}
