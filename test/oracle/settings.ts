/** Makes rows of settings by name, for tests that call a native step themselves. */
import { type NativeRule, native } from '../../src/native.js';
import { type RowValues, SettingsLayout } from '../../src/optim/settings-row.js';
import type { NonFinitePolicy } from '../../src/optim/settings.js';
import { hyperValues } from './rules.js';

/** The settings of a step that has more than its defaults. */
interface Given extends Partial<Omit<RowValues<number>['step'], 'nonFinite' | 'reportNorm'>> {
  readonly nonFinite?: NonFinitePolicy;
  readonly reportNorm?: boolean;
}

/** The limits as settings. */
export function clipTo([clipValue, clipTensorNorm, clipGlobalNorm]: readonly [
  number,
  number,
  number,
]): Given {
  return { clipValue, clipTensorNorm, clipGlobalNorm };
}

/**
 * A row for groups whose numbers are those of test/oracle/rules.ts, and no decay, unless given.
 * Only the row of a trainer has `trainer`.
 */
export function settingsRow(
  rule: NativeRule,
  { nonFinite = 'stop', reportNorm = false, ...given }: Given = {},
  groups: readonly Readonly<Record<string, number>>[] = [{}],
  trainer?: RowValues<number>['trainer'],
): Float64Array {
  for (const name of rule.hyper)
    if (!(name in hyperValues)) throw new Error(`give ${name} a value in test/oracle/rules.ts`);
  const none = { clipValue: Infinity, clipTensorNorm: Infinity, clipGlobalNorm: Infinity };
  const row = new SettingsLayout(rule, groups.length).row({
    step: {
      gradientScale: 1,
      ...none,
      ...given,
      reportNorm: Number(reportNorm),
      nonFinite: native.names.nonFinite.indexOf(nonFinite),
    },
    groups: groups.map((group) => ({ ...hyperValues, l2: 0, weightDecay: 0, ...group })),
    ...(trainer && { trainer }),
  });
  return Float64Array.from(row);
}
