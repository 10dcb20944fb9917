/** Members from moments of one run, collected by a callback. */
import type { Weights } from '../average/weights.js';
import type { Callback, Json, RunControl } from '../run/callback.js';
import { release, remember } from '../run/restore.js';
import { ThalwegError } from '../errors.js';
import type { Sequential } from '../nn/sequential.js';
import { checkNumber, checkOptions } from '../options.js';
import type { EpochEvent } from '../run/events.js';
import { checkWeights } from '../average/weights.js';
import { type Member, checkMemberName } from './member.js';

/** Options of {@link snapshots}. */
export interface SnapshotsOptions {
  /** The first epoch whose weights are kept, from 1 over all runs. Default 1. */
  readonly start?: number;
  /** Epochs from one to the next, an integer, at least 1; with a cyclic rate, the cycle. Default 1. */
  readonly every?: number;
  /** The latest of so many are kept, an integer, at least 1. Default all. */
  readonly last?: number;
  /** The latest weights, or their average, which must have begun by `start`. Default `'raw'`. */
  readonly weights?: Weights;
  /** The callback's name. Default `'snapshots'`. */
  readonly name?: string;
}

/** A {@link snapshots}, which hands out what it has collected. */
export class Snapshots implements Callback {
  /** Its name in checkpoints. */
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

  /** Begins anew, unless the run goes on from a checkpoint: other weights are of another run, or of another trainer. */
  start(): void {
    if (!this.#isRestored) this.#kept = [];
    this.#isRestored = false;
  }

  /** The run goes on from what was restored. */
  rollback(): void {
    this.#isRestored = false;
  }

  /** Keeps the epoch's weights, if it is one of those. */
  epoch(event: EpochEvent, run: RunControl): void {
    const after = event.epoch + 1 - this.#start;
    if (after < 0 || after % this.#every !== 0) return;
    this.#kept.push({ epoch: event.epoch + 1, parameters: run.weights(this.#weights) });
    this.#kept.splice(0, Math.max(this.#kept.length - this.#last, 0));
  }

  /** What was kept of the run of this model, named `epoch 1`, … */
  members(model: Sequential): Member[] {
    return this.#kept.map(({ epoch, parameters }) => ({
      name: `epoch ${epoch}`,
      model,
      parameters,
    }));
  }

  /** Which epochs are kept. */
  state(): Json {
    return { epochs: this.#kept.map(({ epoch }) => epoch) };
  }

  /** Their weights. */
  arrays(): Readonly<Record<string, Float32Array>> {
    return Object.fromEntries(
      this.#kept.flatMap(({ epoch, parameters }) =>
        Object.entries(parameters).map(([name, array]) => [`${epoch}/${name}`, array]),
      ),
    );
  }

  /** Goes back to a state. */
  restore(state: Json, arrays: Readonly<Record<string, Float32Array>>): void {
    const epochs = (state as { readonly epochs?: unknown } | null)?.epochs;
    if (!Array.isArray(epochs))
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
   * As the state tells, without a copy of the weights.
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
   * A run that failed before it began leaves nothing to the next one.
   *
   * @internal
   */
  [release](): void {
    this.#isRestored = false;
  }
}

/**
 * Keeps weights of one run as it goes on, for an ensemble that costs no further training (Huang et al.
 * 2017, with a cyclic rate). Lives on in checkpoints; each other run begins anew.
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
