/** A callback that collects members from several epochs of one run. */
import type { Weights } from '../average/weights.js';
import type { Callback, Json, RunControl } from '../run/callback.js';
import { release, remember } from '../run/restore.js';
import { ThalwegError } from '../errors.js';
import type { Sequential } from '../nn/sequential.js';
import { checkNumber, checkOptions } from '../options.js';
import { isList } from '../values.js';
import type { EpochEvent } from '../run/events.js';
import { checkWeights } from '../average/weights.js';
import { type Member, checkMemberName } from './member.js';

/** Options of {@link snapshots}. */
export interface SnapshotsOptions {
  /** The first epoch whose weights are kept, an integer, counted from 1 over all runs. Default 1. */
  readonly start?: number;
  /**
   * The epochs from one snapshot to the next, an integer, at least 1. With a cyclic learning rate, it is
   * the length of a cycle. Default 1.
   */
  readonly every?: number;
  /** The number of latest snapshots that are kept, an integer, at least 1. Default: all. */
  readonly last?: number;
  /**
   * `'raw'` keeps the latest weights, `'averaged'` their average, which must have begun by `start`.
   * Default `'raw'`.
   */
  readonly weights?: Weights;
  /** The callback's name. Default `'snapshots'`. */
  readonly name?: string;
}

/** The callback that {@link snapshots} makes; it returns the collected members. */
export class Snapshots implements Callback {
  /** The callback's name in checkpoints. */
  readonly name: string;
  readonly #start: number;
  readonly #every: number;
  readonly #last: number;
  readonly #weights: Weights;
  #kept: { readonly epoch: number; readonly parameters: Record<string, Float32Array> }[] = [];
  #isRestored = false;

  /**
   * Use {@link snapshots}.
   *
   * @internal
   */
  constructor(options: SnapshotsOptions = {}) {
    checkOptions('snapshots', options, ['start', 'every', 'last', 'weights', 'name']);
    const whole = { min: 1, integer: true };
    const { start = 1, every = 1, last = Number.MAX_SAFE_INTEGER, weights } = options;
    this.name = checkMemberName('snapshots.name', options.name ?? 'snapshots');
    this.#start = checkNumber('snapshots.start', start, whole);
    this.#every = checkNumber('snapshots.every', every, whole);
    this.#last = checkNumber('snapshots.last', last, whole);
    this.#weights = checkWeights('snapshots.weights', weights);
  }

  /** Begins anew unless the run resumes a checkpoint, because kept weights are then of another run. */
  start(): void {
    if (!this.#isRestored) this.#kept = [];
    this.#isRestored = false;
  }

  /** Keeps the restored state for the run that went back; the next run begins anew. */
  rollback(): void {
    this.#isRestored = false;
  }

  /** Keeps the epoch's weights where `start` and `every` select the epoch. */
  epoch(event: EpochEvent, run: RunControl): void {
    const after = event.epoch + 1 - this.#start;
    if (after < 0 || after % this.#every !== 0) return;
    this.#kept.push({ epoch: event.epoch + 1, parameters: run.weights(this.#weights) });
    this.#kept.splice(0, Math.max(this.#kept.length - this.#last, 0));
  }

  /** Returns the kept weights as members of this model, named `epoch 1` and so on. */
  members(model: Sequential): Member[] {
    return this.#kept.map(({ epoch, parameters }) => ({
      name: `epoch ${epoch}`,
      model,
      parameters,
    }));
  }

  /** Returns the epochs whose weights are kept. */
  state(): Json {
    return { epochs: this.#kept.map(({ epoch }) => epoch) };
  }

  /** Returns the kept weights. */
  arrays(): Readonly<Record<string, Float32Array>> {
    return Object.fromEntries(
      this.#kept.flatMap(({ epoch, parameters }) =>
        Object.entries(parameters).map(([name, array]) => [`${epoch}/${name}`, array]),
      ),
    );
  }

  /** Puts back a state that a checkpoint kept. */
  restore(state: Json, arrays: Readonly<Record<string, Float32Array>>): void {
    const epochs = (state as { readonly epochs?: unknown } | null)?.epochs;
    if (!isList(epochs))
      throw new ThalwegError({
        code: 'TYPE',
        path: `callbacks.${this.name}`,
        received: 'another state',
        expected: 'a state of snapshots',
      });
    this.#kept = epochs.map((given) => {
      const epoch = checkNumber(`callbacks.${this.name}.epochs`, given, { min: 1, integer: true });
      const own = Object.entries(arrays).filter(([key]) => key.startsWith(`${epoch}/`));
      const named = own.map(([key, array]) => [key.slice(`${epoch}/`.length), array] as const);
      return { epoch, parameters: Object.fromEntries(named) };
    });
    this.#isRestored = true;
  }

  /**
   * Remembers the kept weights without copying them, and `#isRestored`, which `state` leaves out.
   *
   * @internal
   */
  [remember](): () => void {
    const [kept, isRestored] = [[...this.#kept], this.#isRestored];
    return () => {
      [this.#kept, this.#isRestored] = [[...kept], isRestored];
    };
  }

  /**
   * Forgets that a state was restored. A run that failed before its start must not pass the state on to
   * the next run.
   *
   * @internal
   */
  [release](): void {
    this.#isRestored = false;
  }
}

/**
 * Makes a callback that keeps weights during one run, for an ensemble that needs no further training
 * (Huang et al. 2017, with a cyclic learning rate). Checkpoints keep its state. A run that resumes no
 * checkpoint begins anew.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @example
 * const kept = ensemble.snapshots({ start: 6 });
 * await trainer.fit(digits.train, { epochs: 10, callbacks: [kept] });
 * const members = kept.members(trainer.model);
 */
export function snapshots(options: SnapshotsOptions = {}): Snapshots {
  return new Snapshots(options);
}
