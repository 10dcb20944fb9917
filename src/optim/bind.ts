/** `optim.bind`: an optimizer over the caller's own arrays, in place and synchronous. */
import { checkArray } from '../arrays.js';
import { ThalwegError } from '../errors.js';
import { type NativeStepper, native } from '../native.js';
import { checkOptions, describe, suggestion } from '../options.js';
import { type Optimizer, checkOptimizer } from './define.js';
import type { EpochMetrics } from '../schedule/position.js';
import { type StepOptions, StepSettings } from './settings.js';

/** Arrays by name: parameters or their gradients. */
export type NamedArrays = Readonly<Record<string, Float32Array>>;

/** Options of {@link bind}. */
export interface BindOptions extends StepOptions {
  /** Measure the gradient's norm in each step, also where nothing else needs it. Default false. */
  readonly reportNorm?: boolean;
  /** `'cpu'`, one instruction set as `'cpu:avx2'`, or `'reference'`. Default `'cpu'`. */
  readonly device?: string;
}

/** What schedules may look at besides the steps, which the stepper counts itself. */
export interface EpochProgress {
  /** Epochs finished so far; for schedules with `unit: 'epoch'`. */
  readonly epoch?: number;
  /** The finished epochs, oldest first; for `schedule.plateau`. */
  readonly history?: readonly EpochMetrics[];
}

/** What a step did. */
export interface StepResult {
  /** Steps taken so far; a skipped step does not count. */
  readonly step: number;
  /** True where `nonFinite: 'skip'` left the step out. */
  readonly skipped: boolean;
  /**
   * Euclidean norm of the whole gradient after scale and value clip, before norm clips; undefined
   * where the step did not need it and `reportNorm` is off.
   */
  readonly gradientNorm: number | undefined;
}

/** Everything a step reads besides parameters, gradients and settings; keyed by parameter name. */
export interface StepperState {
  /** Of this layout. */
  readonly version: 1;
  /** Native name of the rule whose slots these are. */
  readonly rule: string;
  /** Steps taken. */
  readonly step: number;
  /** Steps left out by `nonFinite: 'skip'`. */
  readonly skipped: number;
  /** Per-group scalar state, group after group; empty for most rules. */
  readonly scalars: Float64Array;
  /** `slots[parameter][slot]`, each as long as the parameter. */
  readonly slots: Readonly<Record<string, Readonly<Record<string, Float32Array>>>>;
}

const bindKeys = ['clip', 'gradientScale', 'nonFinite', 'reportNorm', 'device'];

function mismatch(path: string, received: string, expected: string, remedy = ''): ThalwegError {
  return new ThalwegError({ code: 'MISMATCH', path, received, expected, remedy });
}

/**
 * An optimizer bound to named arrays. The stepper owns its state; the arrays stay the caller's
 * and must neither be detached nor overlap. Make one with {@link bind}.
 */
export class Stepper implements Disposable {
  readonly #names: readonly string[];
  readonly #parameters: readonly Float32Array[];
  readonly #lengths: readonly number[];
  readonly #gradients: (Float32Array | undefined)[];
  readonly #settings: StepSettings;
  #native: NativeStepper | undefined;
  #step = 0;
  #skipped = 0;

  /**
   * Use {@link bind}.
   *
   * @internal
   */
  constructor(optimizer: Optimizer, parameters: NamedArrays, options: BindOptions) {
    checkOptimizer(optimizer);
    checkOptions('options', options, bindKeys);
    if (typeof parameters !== 'object' || parameters === null || ArrayBuffer.isView(parameters))
      throw new ThalwegError({
        code: 'TYPE',
        path: 'parameters',
        received: describe(parameters),
        expected: 'an object of Float32Arrays by name',
      });
    this.#settings = new StepSettings(optimizer, options, options.reportNorm ?? false);
    this.#names = Object.keys(parameters);
    this.#parameters = this.#names.map((name) =>
      checkArray(`parameters.${name}`, parameters[name], Float32Array),
    );
    this.#lengths = this.#parameters.map((array) => array.length);
    this.#gradients = this.#names.map(() => undefined);
    this.#native = new native.Stepper({
      rule: this.#settings.rule.name,
      groupCount: this.#settings.groupCount,
      names: this.#names,
      lengths: this.#lengths,
      groups: this.#names.map((name) => this.#settings.groupOf(name)),
      parameters: this.#parameters,
      device: options.device ?? 'cpu',
    });
  }

  /** Names of the parameters, in the order of binding. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** Steps taken; skipped ones do not count. */
  get steps(): number {
    return this.#step;
  }

  /** Steps left out by `nonFinite: 'skip'`. */
  get skipped(): number {
    return this.#skipped;
  }

  /**
   * One update of every parameter, in place.
   *
   * @param gradients one Float32Array per bound parameter, under its name, of its length
   * @param progress epochs and their metrics, where the learning rate depends on them
   * @throws ThalwegError SHAPE, DTYPE, DETACHED, RESIZABLE, ALIAS, MISSING, UNKNOWN_OPTION,
   * NONFINITE, DISPOSED; nothing changed then
   */
  step(gradients: NamedArrays, progress?: EpochProgress): StepResult {
    const stepper = this.#live();
    const settings = this.#settings.at({ ...progress, step: this.#step });
    this.#point(stepper, gradients);
    const norm = stepper.step(settings);
    const skipped = norm === -1;
    if (skipped) this.#skipped++;
    else this.#step++;
    return {
      step: this.#step,
      skipped,
      gradientNorm: skipped || Number.isNaN(norm) ? undefined : norm,
    };
  }

  /** A copy of the optimizer's state, exact: restoring it continues bit by bit. */
  state(): StepperState {
    const saved = this.#live().save();
    const slotNames = this.#settings.rule.slots;
    const slots = Object.fromEntries(
      this.#names.map((name, i) => [
        name,
        Object.fromEntries(slotNames.map((slot, j) => [slot, saved.slots[i]![j]!])),
      ]),
    );
    return {
      version: 1,
      rule: this.#settings.rule.name,
      step: saved.step,
      skipped: saved.skipped,
      scalars: saved.scalars,
      slots,
    };
  }

  /**
   * Puts back what {@link Stepper.state} gave. Parameters are found by name, whatever their order.
   *
   * @throws ThalwegError VERSION, MISMATCH, MISSING, SHAPE, DTYPE; nothing changed then
   */
  restore(state: StepperState): void {
    const stepper = this.#live();
    if (state.version !== 1)
      throw new ThalwegError({
        code: 'VERSION',
        path: 'state.version',
        received: describe(state.version),
        expected: '1',
      });
    const { rule } = this.#settings;
    if (state.rule !== rule.name)
      throw mismatch('state.rule', describe(state.rule), `'${rule.name}'`);
    const extra = Object.keys(state.slots).find((name) => !this.#names.includes(name));
    if (extra !== undefined)
      throw mismatch(`state.slots.${extra}`, 'an unknown parameter', 'the bound parameters only');
    const slots = this.#names.map((name) => rule.slots.map((slot) => stateSlot(state, name, slot)));
    const { step, skipped, scalars } = state;
    stepper.load({ step, skipped, scalars, slots });
    this.#step = step;
    this.#skipped = skipped;
  }

  /** Frees the state; later calls throw DISPOSED. Calling it again does nothing. */
  dispose(): void {
    this.#native?.dispose();
    this.#native = undefined;
  }

  /** As {@link Stepper.dispose}, for `using`. */
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
    return this.#native;
  }

  /**
   * Tells the native side where parameters and gradients lie. An array that is the same object as
   * in the last step and still has its length cannot have moved: only detaching moves a buffer,
   * and that makes the length 0.
   */
  #point(stepper: NativeStepper, gradients: NamedArrays): void {
    const names = this.#names;
    for (let i = 0; i < names.length; i++) {
      const length = this.#lengths[i]!;
      if (this.#parameters[i]!.length !== length)
        throw new ThalwegError({
          code: 'DETACHED',
          path: `parameters.${names[i]!}`,
          received: 'a detached array',
          expected: `a Float32Array of ${length}`,
          remedy: 'bind again to the array that took its place',
        });
      const gradient = gradients[names[i]!];
      if (gradient !== undefined && gradient === this.#gradients[i] && gradient.length === length)
        continue;
      this.#gradients[i] = undefined;
      stepper.point(i, this.#newGradient(gradients, i));
      this.#gradients[i] = gradient;
    }
    for (const name in gradients) if (!(name in this.#known)) this.#refuseUnknown(name);
  }

  /** Bound names as keys, for the check of unknown gradients. */
  get #known(): Readonly<Record<string, true>> {
    return (this.#knownNames ??= Object.assign(
      Object.create(null) as Record<string, true>,
      Object.fromEntries(this.#names.map((name) => [name, true as const])),
    ));
  }
  #knownNames: Readonly<Record<string, true>> | undefined;

  #refuseUnknown(name: string): never {
    throw new ThalwegError({
      code: 'UNKNOWN_OPTION',
      path: `gradients.${name}`,
      received: 'a gradient without a parameter',
      expected: 'gradients of the bound parameters',
      remedy: suggestion(name, this.#names),
    });
  }

  #newGradient(gradients: NamedArrays, index: number): Float32Array {
    const name = this.#names[index]!;
    const path = `gradients.${name}`;
    if (!Object.hasOwn(gradients, name))
      throw new ThalwegError({
        code: 'MISSING',
        path,
        received: 'no gradient',
        expected: `a Float32Array of ${this.#lengths[index]!}`,
      });
    return checkArray(path, gradients[name], Float32Array);
  }
}

function stateSlot(state: StepperState, name: string, slot: string): Float32Array {
  const array = state.slots[name]?.[slot];
  if (array === undefined)
    throw new ThalwegError({
      code: 'MISSING',
      path: `state.slots.${name}.${slot}`,
      received: 'nothing',
      expected: 'a Float32Array',
    });
  return checkArray(`state.slots.${name}.${slot}`, array, Float32Array);
}

/**
 * Binds an optimizer to the caller's arrays, for those who compute their own gradients.
 *
 * @param optimizer a description such as `optim.adamW({ learningRate: 1e-3 })`
 * @param parameters Float32Arrays by name, updated in place by each step; they must not overlap
 * @throws ThalwegError TYPE, DTYPE, DETACHED, RESIZABLE, ALIAS, RANGE, UNKNOWN_OPTION, MEMORY
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
