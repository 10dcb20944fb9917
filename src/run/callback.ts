/** What a callback is: named hooks of a run, with a state that checkpoints can keep. */
import type { Weights } from '../average/weights.js';
import type { MetricPath } from '../metrics/path.js';
import type { EndEvent, EpochEvent, ProgressEvent, StartEvent, WarningEvent } from './events.js';
import type { EpochRecord } from './history.js';

/** What JSON can hold. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** The run as its callbacks see it. */
export interface RunControl {
  /** Records of the finished epochs, over all runs. */
  readonly history: readonly EpochRecord[];
  /**
   * Ends the run, with reason `'stopped'`: between epochs before the next one, in an epoch after the
   * step under way. The first reason given is the one in the history.
   *
   * @param reason default `'a callback stopped it'`
   * @throws ThalwegError TYPE where it is no text
   */
  stop(reason?: string): void;
  /**
   * A copy of each parameter and running statistic, by name; between epochs.
   *
   * @param which the latest, or their average. Default `'raw'`
   * @throws ThalwegError BUSY (from `progress`), DISPOSED, MISSING, RANGE
   */
  weights(which?: Weights): Record<string, Float32Array>;
  /**
   * Replaces every parameter and running statistic, by name; optimizer state stays as it is. Between epochs.
   *
   * @throws ThalwegError as {@link Trainer.setParameters}; nothing changed then
   */
  setWeights(weights: Readonly<Record<string, Float32Array>>): void;
  /**
   * Sends a warning, as an event; those of one code and layer once a run.
   *
   * @throws ThalwegError TYPE unless its parts are texts
   */
  warn(warning: Pick<WarningEvent, 'code' | 'message' | 'remedy' | 'layer'>): void;
}

/**
 * Hooks of a run, called after `onEvent`, callback after callback. What a hook throws ends the run,
 * which rejects with it. Between runs, and in a checkpoint, a callback lives on by its state.
 *
 * @example
 * const halve: Callback = {
 *   name: 'budget',
 *   epoch: (event, run) => event.seconds > 60 && run.stop('an epoch takes more than a minute'),
 * };
 */
export interface Callback {
  /** Tells the callbacks of a run apart, in checkpoints too. */
  readonly name: string;
  /** Metrics that it reads; a run that will not measure them is refused before its first step. */
  readonly requires?: readonly MetricPath[];
  /** Before the first step; awaited. */
  start?(event: StartEvent, run: RunControl): unknown;
  /** At most 20 times a second while the epoch goes on beside it; not awaited. */
  progress?(event: ProgressEvent, run: RunControl): unknown;
  /** After each epoch and its validation; awaited before the next. */
  epoch?(event: EpochEvent, run: RunControl): unknown;
  /** Where a run gives reason to doubt it; not awaited. */
  warning?(event: WarningEvent, run: RunControl): unknown;
  /** Last of all; awaited. Not called where the run failed. */
  end?(event: EndEvent, run: RunControl): unknown;
  /** After the run went back to a checkpoint, and `restore`; awaited before it goes on. */
  rollback?(run: RunControl): unknown;
  /**
   * Waits until all that the callback was told is where it shall stay; those of all callbacks at once.
   * Awaited before a checkpoint with its state is written, which one that throws prevents, and at the
   * end of the run; there also after a failure, whose error counts then.
   */
  flush?(): unknown;
  /**
   * All that it must remember from epoch to epoch, as plain data, which is copied at once. Anything
   * else, such as a Map, is TYPE and ends the run at its next checkpoint, as do arrays of another kind.
   */
  state?(): Json;
  /** Large numbers that belong to the state, by name; not copies. */
  arrays?(): Readonly<Record<string, Float32Array>>;
  /**
   * Goes back to a state, before `start` or `rollback`; the arrays are its own from here on. Where a
   * callback refuses its state by throwing, all are given back what `state` and `arrays` told before.
   */
  restore?(state: Json, arrays: Readonly<Record<string, Float32Array>>): void;
}

/** The state of one callback, as a checkpoint keeps it. */
export interface SavedCallback {
  /** What `state` gave; null without one. */
  readonly state: Json;
  /** What `arrays` gave. */
  readonly arrays: Readonly<Record<string, Float32Array>>;
}
