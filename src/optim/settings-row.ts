/** The row of numbers that a native step reads, by name; native/rules/settings.def lists it. */
import { ThalwegError } from '../errors.js';
import { type NativeRule, native } from '../native.js';

/** Names of the settings of a step. */
export const stepSettings = [
  'gradientScale',
  'clipValue',
  'clipTensorNorm',
  'clipGlobalNorm',
  'nonFinite',
  'reportNorm',
] as const;
/** Names of the settings that each parameter group has besides the hyper-parameters of its rule. */
export const groupSettings = ['l2', 'weightDecay'] as const;
/** Names of the settings of a trainer. */
export const trainerSettings = ['averageDecay'] as const;

/** The values of a row; `T` is a number, or a setting that gives one in each step. */
export interface RowValues<T> {
  readonly step: Readonly<Record<(typeof stepSettings)[number], T>>;
  /** The hyper-parameters of the rule and the `groupSettings` of each group. */
  readonly groups: readonly Readonly<Record<string, T>>[];
  /** Only a trainer has these, and the rates of its dropout layers. */
  readonly trainer?: Readonly<Record<(typeof trainerSettings)[number], T>>;
  readonly dropoutRates?: readonly T[];
}

/** Refuses an addon that was built from other sources. */
function refuseUnknown(name: string): never {
  throw new ThalwegError({
    code: 'UNSUPPORTED',
    path: 'settings',
    received: name,
    expected: 'settings that the addon and this version of the package both know',
    remedy: 'rebuild the addon with script/build',
  });
}

function valuesOf<T>(names: readonly string[], values: Readonly<Record<string, T>>): T[] {
  return names.map((name) => values[name] ?? refuseUnknown(name));
}

/** Acts like {@link valuesOf}, and refuses values that have no place in the row. */
function allValuesOf<T>(names: readonly string[], values: Readonly<Record<string, T>>): T[] {
  for (const name of Object.keys(values)) if (!names.includes(name)) refuseUnknown(name);
  return valuesOf(names, values);
}

/** The place of each number in the row of one rule. */
export class SettingsLayout {
  readonly #groupNames: readonly string[];
  readonly #groupCount: number;

  constructor(rule: NativeRule, groupCount: number) {
    this.#groupNames = [...rule.hyper, ...native.names.groupSettings];
    this.#groupCount = groupCount;
  }

  /** Puts values into their order. */
  row<T>({ step, groups, trainer, dropoutRates = [] }: RowValues<T>): T[] {
    return [
      ...allValuesOf(native.names.stepSettings, step),
      ...groups.flatMap((group) => valuesOf(this.#groupNames, group)),
      ...(trainer === undefined ? [] : allValuesOf(native.names.trainerSettings, trainer)),
      ...dropoutRates,
    ];
  }

  /** The column of a group's learning rate. */
  rateColumn(group: number): number {
    return this.#groupColumn(group) + this.#groupNames.indexOf('learningRate');
  }

  /** The column of the first dropout layer's rate in a trainer's row. */
  get dropoutColumn(): number {
    return this.#groupColumn(this.#groupCount) + native.names.trainerSettings.length;
  }

  #groupColumn(group: number): number {
    return native.names.stepSettings.length + group * this.#groupNames.length;
  }
}
