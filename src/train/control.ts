/** The run's side of {@link RunControl}. */
import type { Weights } from '../average/weights.js';
import type { RunControl } from '../callbacks/callback.js';
import { ThalwegError } from '../errors.js';
import type { WarningEvent } from './events.js';
import type { EpochRecord } from './history.js';
import { readState, writeState } from './parameters.js';
import type { RunContext } from './training-run.js';

type Warning = Parameters<RunControl['warn']>[0];

export class Control implements RunControl {
  /** What the first callback said that wants the run to end. */
  stopReason: string | undefined;
  /** Whether the native loop is under way. */
  isTraining = false;
  readonly #context: RunContext;
  readonly #send: (warning: WarningEvent) => void;
  readonly #warned = new Set<string>();

  constructor(context: RunContext, send: (warning: WarningEvent) => void) {
    this.#context = context;
    this.#send = send;
  }

  get history(): readonly EpochRecord[] {
    return [...this.#context.record.history];
  }

  stop(reason: string): void {
    this.stopReason ??= reason;
    if (this.isTraining) this.#context.native.cancel();
  }

  weights(which: Weights = 'raw'): Record<string, Float32Array> {
    return readState(this.#idle().native, this.#context.model, which);
  }

  setWeights(weights: Readonly<Record<string, Float32Array>>): void {
    writeState(this.#idle().native, this.#context.model, weights);
  }

  warn(warning: Warning): void {
    const key = JSON.stringify([warning.code, warning.layer]);
    if (this.#warned.has(key)) return;
    this.#warned.add(key);
    this.warnEachTime(warning);
  }

  /** The same, however often. */
  warnEachTime({ code, message, remedy, layer }: Warning): void {
    // Between epochs the warning is about the one that has just ended.
    const { length } = this.#context.record.history;
    const epoch = this.isTraining ? length : Math.max(length - 1, 0);
    this.#send({
      ...{ type: 'warning', code, epoch, message, remedy },
      ...(layer === undefined ? {} : { layer }),
    });
  }

  #idle(): RunContext {
    if (this.isTraining)
      throw new ThalwegError({
        code: 'BUSY',
        path: 'run',
        received: 'a call during an epoch',
        expected: 'a call from start, epoch or end',
      });
    return this.#context;
  }
}
