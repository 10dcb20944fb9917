/** `optim.bind`: an optimizer that updates the caller's arrays in place and synchronously. */
import { checkArray, lengthOf } from '../arrays.js';
import { type DeviceName, resolveDevice } from '../device.js';
import { ThalwegError } from '../errors.js';
import { type NativeStepper, native } from '../native.js';
import { checkBoolean, checkOptions, suggestion, wrongType } from '../options.js';
import { isObject } from '../values.js';
import { type Optimizer, checkOptimizer } from './define.js';
import type { EpochMetrics } from '../metrics/path.js';
import { type StepOptions, StepSettings } from './settings.js';
import { type StepperState, readState, stateOf } from './stepper-state.js';

/** Arrays by name: parameters or their gradients. */
export type NamedArrays = Readonly<Record<string, Float32Array>>;

/** Options of {@link bind}. */
export interface BindOptions extends StepOptions {
  /** True measures the gradient's norm in each step, even where nothing else needs it. Default false. */
  readonly reportNorm?: boolean;
  /** `'cpu'`, one instruction set such as `'cpu:avx2'`, or `'reference'`. Default `'cpu'`. */
  readonly device?: DeviceName;
}

/** The inputs of schedules that the caller gives. The stepper counts the steps itself. */
export interface EpochPosition {
  /** The number of epochs finished so far, for schedules with `unit: 'epoch'`. */
  readonly epoch?: number;
  /** Metrics of the finished epochs, oldest first, for `schedule.plateau`. */
  readonly history?: readonly EpochMetrics[];
}

/** The result of a step. */
export interface StepResult {
  /** The number of steps taken so far, without skipped steps. */
  readonly step: number;
  /** True where `nonFinite: 'skip'` skipped the step. */
  readonly skipped: boolean;
  /**
   * Euclidean norm of the whole gradient after scaling and clipping by value, before clipping by norm.
   * Undefined where the step did not need it and `reportNorm` is false.
   */
  readonly gradientNorm: number | undefined;
}

const bindKeys = ['clip', 'gradientScale', 'nonFinite', 'reportNorm', 'device'];
/**
 * An optimizer bound to named arrays. The stepper owns the optimizer's state. The caller owns the arrays,
 * which must neither be detached nor overlap. {@link bind} makes a stepper.
 */
export class Stepper implements Disposable {
  readonly #names: readonly string[];
  readonly #parameters: readonly Float32Array[];
  readonly #lengths: readonly number[];
  /** The arrays from which native code reads gradients. */
  readonly #gradients: (Float32Array | undefined)[];
  /** The values that the caller gave as gradients of the current step. */
  readonly #given: unknown[];
  readonly #settings: StepSettings;
  #native: NativeStepper | undefined;
  #step = 0;
  #skipped = 0;
  #stepping = false;

  /**
   * Use {@link bind}.
   *
   * @internal
   */
  constructor(optimizer: Optimizer, parameters: NamedArrays, options: BindOptions) {
    checkOptimizer(optimizer);
    checkOptions('options', options, bindKeys);
    if (!isObject(parameters) || ArrayBuffer.isView(parameters))
      throw wrongType('parameters', parameters, 'an object of Float32Arrays by name');
    const reportNorm = checkBoolean('reportNorm', options.reportNorm ?? false);
    const device = resolveDevice(options.device ?? 'cpu');
    this.#settings = new StepSettings(optimizer, options, { reportNorm });
    this.#names = Object.keys(parameters);
    if (this.#names.length === 0)
      throw new ThalwegError({
        code: 'RANGE',
        path: 'parameters',
        received: 'no array',
        expected: 'at least one Float32Array by name',
      });
    this.#parameters = this.#names.map((name) =>
      checkArray(`parameters.${name}`, parameters[name], Float32Array),
    );
    this.#lengths = this.#parameters.map(lengthOf);
    this.#gradients = this.#names.map(() => undefined);
    this.#given = this.#names.map(() => undefined);
    this.#native = new native.Stepper({
      rule: this.#settings.rule.name,
      groupCount: this.#settings.groupCount,
      names: this.#names,
      lengths: this.#lengths,
      groups: this.#settings.groupsOf(this.#names),
      frozen: this.#names.map((name) => this.#settings.isFrozen({ name })),
      parameters: this.#parameters,
      device,
    });
  }

  /** Names of the parameters, in the order of binding. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** The number of steps taken, without skipped steps. */
  get steps(): number {
    return this.#step;
  }

  /** The number of steps that `nonFinite: 'skip'` skipped. */
  get skipped(): number {
    return this.#skipped;
  }

  /**
   * Updates every parameter once, in place. Where it throws, nothing has changed.
   *
   * @param gradients a Float32Array for each bound parameter, under its name and of its length
   * @param progress epochs and their metrics, where a schedule depends on them
   * @throws ThalwegError SHAPE, DTYPE, DETACHED, RESIZABLE, ALIAS, MISSING, UNKNOWN_OPTION,
   * NONFINITE, RANGE, BUSY, DISPOSED
   */
  step(gradients: NamedArrays, progress?: EpochPosition): StepResult {
    const stepper = this.#live();
    let outcome: ReturnType<NativeStepper['step']>;
    this.#stepping = true;
    try {
      // Code of the caller's, such as getters, runs before the arrays are checked: it could detach one.
      const settings = this.#settings.at({ ...progress, step: this.#step });
      this.#read(gradients);
      this.#point(stepper);
      outcome = stepper.step(settings);
    } finally {
      this.#stepping = false;
    }
    const skipped = outcome === 'skipped';
    if (skipped) this.#skipped++;
    else this.#step++;
    return {
      step: this.#step,
      skipped,
      gradientNorm: outcome === 'skipped' ? undefined : outcome,
    };
  }

  /** Returns an exact copy of the optimizer's state: after `restore`, steps give the same bits. */
  state(): StepperState {
    return stateOf(this.#live().save(), this.#settings.rule, this.#names);
  }

  /**
   * Restores a state that {@link Stepper.state} returned. Parameters are found by name, in any order.
   * Where it throws, nothing has changed.
   *
   * @throws ThalwegError VERSION, MISMATCH, MISSING, SHAPE, TYPE, DTYPE, RANGE, UNKNOWN_OPTION, BUSY,
   * DISPOSED
   */
  restore(state: StepperState): void {
    const stepper = this.#live();
    const saved = readState(state, this.#settings.rule, this.#names);
    stepper.load(saved);
    this.#step = saved.step;
    this.#skipped = saved.skipped;
  }

  /** Frees the state; later calls throw DISPOSED. Calling it again does nothing. */
  dispose(): void {
    this.#native?.dispose();
    this.#native = undefined;
  }

  /** Calls {@link Stepper.dispose} at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #live(): NativeStepper {
    if (this.#native === undefined)
      throw new ThalwegError({
        code: 'DISPOSED',
        path: 'stepper',
        received: 'a disposed stepper',
        expected: 'a live stepper',
        remedy: 'bind again',
      });
    if (this.#stepping)
      throw new ThalwegError({
        code: 'BUSY',
        path: 'stepper',
        received: 'a call from within a step',
        expected: 'one call at a time',
        remedy: 'call it after the step, not in a getter or a learning rate function',
      });
    return this.#native;
  }

  /** Reads each gradient once, because `gradients` may have getters or be a proxy. */
  #read(gradients: NamedArrays): void {
    if (!isObject(gradients))
      throw wrongType('gradients', gradients, 'an object of Float32Arrays by name');
    const names = this.#names;
    const given = this.#given;
    const before = this.#gradients;
    for (let i = 0; i < names.length; i++) {
      const gradient: unknown = gradients[names[i]!];
      const known = gradient !== undefined && gradient === before[i];
      if (!known && !Object.hasOwn(gradients, names[i]!)) this.#refuseMissing(i);
      given[i] = gradient;
    }
    // Each bound name has a gradient, so an equal number of keys means that no other key exists.
    const keys = Object.keys(gradients);
    if (keys.length !== names.length) this.#refuseUnknown(keys);
  }

  /**
   * Tells native code where parameters and gradients lie. An array that is the same object as in the
   * last step and still has its length cannot have moved: only detaching moves a buffer, and it makes
   * the length 0. This method runs no code of the caller's.
   */
  #point(stepper: NativeStepper): void {
    const parameters = this.#parameters;
    const given = this.#given;
    const before = this.#gradients;
    for (let i = 0; i < parameters.length; i++) {
      const length = this.#lengths[i]!;
      if (lengthOf(parameters[i]!) !== length) this.#refuseDetached(i);
      const known = before[i];
      if (known !== undefined && given[i] === known && lengthOf(known) === length) continue;
      before[i] = undefined;
      const checked = checkArray(`gradients.${this.#names[i]!}`, given[i], Float32Array);
      stepper.point(i, checked);
      before[i] = checked;
    }
  }

  #refuseDetached(index: number): never {
    throw new ThalwegError({
      code: 'DETACHED',
      path: `parameters.${this.#names[index]!}`,
      received: 'a detached array',
      expected: `a Float32Array of ${this.#lengths[index]!}`,
      remedy: 'bind again to the new array',
    });
  }

  #refuseUnknown(keys: readonly string[]): void {
    const name = keys.find((key) => !this.#names.includes(key));
    if (name === undefined) return; // some of the bound names are not enumerable
    throw new ThalwegError({
      code: 'UNKNOWN_OPTION',
      path: `gradients.${name}`,
      received: 'a gradient without a parameter',
      expected: 'gradients of the bound parameters',
      remedy: suggestion(name, this.#names),
    });
  }

  #refuseMissing(index: number): never {
    throw new ThalwegError({
      code: 'MISSING',
      path: `gradients.${this.#names[index]!}`,
      received: 'no gradient',
      expected: `a Float32Array of ${this.#lengths[index]!}`,
    });
  }
}

/**
 * Binds an optimizer to the caller's arrays, for programs that compute gradients themselves.
 *
 * @param optimizer a description such as `optim.adamW({ learningRate: 1e-3 })`
 * @param parameters Float32Arrays by name, which each step updates in place; they must not overlap
 * @throws ThalwegError TYPE, DTYPE, DETACHED, RESIZABLE, ALIAS, RANGE, UNKNOWN_OPTION, MEMORY; MISMATCH
 * where a group of the optimizer matches no parameter
 *
 * @example
 * const stepper = optim.bind(optim.adamW({ learningRate: 1e-3 }), { weight, bias });
 * stepper.step({ weight: weightGradient, bias: biasGradient });
 */
export function bind(
  optimizer: Optimizer,
  parameters: NamedArrays,
  options: BindOptions = {},
): Stepper {
  return new Stepper(optimizer, parameters, options);
}
