/** A stepper's state as plain data: what it holds, checked. */
import { checkArray } from '../arrays.js';
import { ThalwegError } from '../errors.js';
import type { NativeRule, NativeStepperState } from '../native.js';
import { checkNumber, describe, requireOptions } from '../options.js';

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

const stateKeys = ['version', 'rule', 'step', 'skipped', 'scalars', 'slots'];

function mismatch(path: string, received: string, expected: string): ThalwegError {
  return new ThalwegError({ code: 'MISMATCH', path, received, expected });
}

/** The state that native code saved, of the bound parameters `names`. */
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
 * A state as native code loads it.
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

/** A state of this layout and rule, or VERSION, MISMATCH, TYPE. */
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
  if (typeof rest['slots'] !== 'object' || rest['slots'] === null)
    throw new ThalwegError({
      code: 'TYPE',
      path: 'state.slots',
      received: describe(rest['slots']),
      expected: 'an object of slots by parameter',
    });
  checkArray('state.scalars', rest['scalars'], Float64Array);
  return rest as unknown as StepperState;
}

function stateSlot(slots: StepperState['slots'], name: string, slot: string): Float32Array {
  const array = slots[name]?.[slot];
  if (array === undefined)
    throw new ThalwegError({
      code: 'MISSING',
      path: `state.slots.${name}.${slot}`,
      received: 'nothing',
      expected: 'a Float32Array',
    });
  return checkArray(`state.slots.${name}.${slot}`, array, Float32Array);
}
