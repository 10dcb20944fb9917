/** A stepper's state as plain data, and its checks. */
import { checkArray } from '../arrays.js';
import { ThalwegError } from '../errors.js';
import type { NativeRule, NativeStepperState } from '../native.js';
import { checkNumber, describe, requireOptions, wrongType } from '../options.js';
import { isObject, propertyOf } from '../values.js';

/** The optimizer's state: all that a step reads besides parameters, gradients and settings. */
export interface StepperState {
  /** The version of this layout. */
  readonly version: 1;
  /** Native name of the update rule. */
  readonly rule: string;
  /** The number of steps taken. */
  readonly step: number;
  /** The number of steps that `nonFinite: 'skip'` skipped. */
  readonly skipped: number;
  /** The scalar state of each group, group after group; empty for most rules. */
  readonly scalars: Float64Array;
  /** The slots by parameter name and slot name, each as long as the parameter. */
  readonly slots: Readonly<Record<string, Readonly<Record<string, Float32Array>>>>;
}

const stateKeys = ['version', 'rule', 'step', 'skipped', 'scalars', 'slots'];

function mismatch(path: string, received: string, expected: string): ThalwegError {
  return new ThalwegError({ code: 'MISMATCH', path, received, expected });
}

/** Returns a state that native code has saved, with the names of parameters and slots. */
export function stateOf(
  { slots: saved, ...counts }: NativeStepperState,
  rule: NativeRule,
  names: readonly string[],
): StepperState {
  const slots = Object.fromEntries(
    names.map((name, i) => [
      name,
      Object.fromEntries(rule.slots.map((slot, j) => [slot, saved[i]![j]!])),
    ]),
  );
  return { version: 1, rule: rule.name, ...counts, slots };
}

/**
 * Checks a state, and returns it in the form that native code loads.
 *
 * @throws ThalwegError VERSION, MISMATCH, MISSING, TYPE, DTYPE, RANGE, UNKNOWN_OPTION
 */
export function readState(
  state: unknown,
  rule: NativeRule,
  names: readonly string[],
): NativeStepperState {
  const { slots: given, scalars, ...counts } = checkState(state, rule.name);
  const extra = Object.keys(given).find((name) => !names.includes(name));
  if (extra !== undefined)
    throw mismatch(`state.slots.${extra}`, 'an unknown parameter', 'the bound parameters only');
  const slots = names.map((name) => rule.slots.map((slot) => stateSlot(given, name, slot)));
  const step = checkNumber('state.step', counts.step, { min: 0, integer: true });
  const skipped = checkNumber('state.skipped', counts.skipped, { min: 0, integer: true });
  return { step, skipped, scalars, slots };
}

/** Returns `state` if it has this layout and rule; otherwise throws VERSION, MISMATCH or TYPE. */
function checkState(state: unknown, rule: string): StepperState {
  const { version, ...rest } = requireOptions('state', state, stateKeys);
  if (version !== 1)
    throw new ThalwegError({
      code: 'VERSION',
      path: 'state.version',
      received: describe(version),
      expected: '1',
    });
  if (rest['rule'] !== rule) throw mismatch('state.rule', describe(rest['rule']), `'${rule}'`);
  if (!isObject(rest['slots']))
    throw wrongType('state.slots', rest['slots'], 'an object of slots by parameter');
  checkArray('state.scalars', rest['scalars'], Float64Array);
  return rest as unknown as StepperState;
}

function stateSlot(slots: StepperState['slots'], name: string, slot: string): Float32Array {
  const array = propertyOf(slots[name], slot);
  if (array === undefined)
    throw new ThalwegError({
      code: 'MISSING',
      path: `state.slots.${name}.${slot}`,
      received: 'nothing',
      expected: 'a Float32Array',
    });
  return checkArray(`state.slots.${name}.${slot}`, array, Float32Array);
}
