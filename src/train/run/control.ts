/** The implementation of {@link RunControl}. */
import type { Weights } from '../../average/weights.js';
import type { RunControl } from '../../run/callback.js';
import type { SavedRun, SentWarning } from '../../run/saved-run.js';
import { ThalwegError } from '../../errors.js';
import { wrongType } from '../../options.js';
import { isThenable } from '../../promises.js';
import type { WarningEvent } from '../../run/events.js';
import type { EpochRecord } from '../../run/history.js';
import { readState, writeState } from '../parameters.js';
import type { RunContext } from '../../run/context.js';
import { checkName } from '../../callbacks/check.js';
import { checkWeights } from '../../average/weights.js';

type Warning = Parameters<RunControl['warn']>[0];

/** Throws TYPE unless the parts of a callback's warning are strings. A whole event has these parts too. */
function checkWarning(warning: unknown): void {
  const path = 'run.warn';
  if (typeof warning !== 'object' || warning === null || isThenable(warning))
    throw wrongType(path, warning, 'a warning: { code, message, remedy }');
  const given = warning as Partial<Record<string, unknown>>;
  for (const key of ['code', 'message', 'remedy']) checkName(`${path}.${key}`, given[key]);
  if (given['layer'] !== undefined) checkName(`${path}.layer`, given['layer']);
}

export class Control implements RunControl {
  /** The reason of the first call of `stop`; undefined before it. */
  stopReason: string | undefined;
  /** True while the native loop runs. */
  isTraining = false;
  /** True while the validation runs. */
  isValidating = false;
  readonly #context: RunContext;
  readonly #send: (warning: WarningEvent) => void;
  readonly #warned = new Map<string, SentWarning>();

  constructor(context: RunContext, send: (warning: WarningEvent) => void) {
    this.#context = context;
    this.#send = send;
  }

  get history(): readonly EpochRecord[] {
    return [...this.#context.record.history];
  }

  /** The warnings that a resumed run does not repeat. A warning about a lost part of a log may come again. */
  get warned(): readonly SentWarning[] {
    return [...this.#warned.values()].filter(({ code }) => !code.startsWith('LOG.'));
  }

  /** Restores the warnings and the stop of a saved run. A later call of `stop` has precedence. */
  restore({ warned = [], stopReason }: SavedRun): void {
    this.stopReason ??= stopReason;
    this.#warned.clear();
    for (const sent of warned) this.#warned.set(JSON.stringify(sent), sent);
  }

  stop(reason = 'a callback stopped it'): void {
    if (typeof reason !== 'string') throw wrongType('run.stop', reason, 'a reason, as text');
    this.stopReason ??= reason;
    if (this.isTraining) this.#context.native.cancel();
  }

  weights(which?: Weights): Record<string, Float32Array> {
    const weights = checkWeights('run.weights', which);
    return readState(this.#idle().native, this.#context.model, weights);
  }

  setWeights(weights: Readonly<Record<string, Float32Array>>): void {
    writeState(this.#idle().native, this.#context.model, weights);
  }

  warn(warning: Warning): void {
    checkWarning(warning);
    this.warnOf(this.#epoch, warning);
  }

  /** Sends a warning about an epoch, unless the run has sent one of this code and layer. */
  warnOf(epoch: number, warning: Warning): void {
    const { code, layer } = warning;
    const sent = { code, ...(layer === undefined ? {} : { layer }) };
    const key = JSON.stringify(sent);
    if (this.#warned.has(key)) return;
    this.#warned.set(key, sent);
    this.#tell(epoch, warning);
  }

  /** Sends a warning, even if the run has sent one of this code and layer. */
  warnEachTime(warning: Warning): void {
    this.#tell(this.#epoch, warning);
  }

  #tell(epoch: number, { code, message, remedy, layer }: Warning): void {
    this.#send({
      type: 'warning',
      code,
      epoch,
      message,
      remedy,
      ...(layer === undefined ? {} : { layer }),
    });
  }

  /** The epoch of a warning; between two epochs the one that has just ended. */
  get #epoch(): number {
    const { length } = this.#context.record.history;
    return this.isTraining ? length : Math.max(length - 1, 0);
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
