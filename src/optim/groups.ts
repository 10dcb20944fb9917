/** Assigns parameters to the groups of an optimizer. */
import { ThalwegError } from '../errors.js';
import { describe, suggestion } from '../options.js';
import type { ParameterGroup } from './define.js';
import { matches } from './glob.js';

/** Returns the number of a parameter's group: 0 for none, i + 1 for `groups[i]`. */
export function groupOf(name: string, groups: readonly ParameterGroup[]): number {
  return groups.findIndex(({ match }) => matches(match, name)) + 1;
}

/** Suggests the name that differs from the pattern only in the case of letters, or a similar name. */
function remedyFor(pattern: string, names: readonly string[]): string {
  const lower = pattern.toLowerCase();
  const near = names.find((name) => matches(lower, name.toLowerCase()));
  if (near !== undefined) return `letters differ in case: there is \`${near}\``;
  return suggestion(pattern.replaceAll('*', ''), names);
}

/**
 * Refuses a group without a parameter, because its settings would have no effect. Only the pattern `*`,
 * for all remaining parameters, may match none.
 *
 * @throws ThalwegError MISMATCH
 */
export function checkGroups(groups: readonly ParameterGroup[], names: readonly string[]): void {
  const used = new Set(names.map((name) => groupOf(name, groups)));
  const unused = groups.findIndex(({ match }, i) => match !== '*' && !used.has(i + 1));
  if (unused < 0) return;
  const pattern = groups[unused]!.match;
  const taken = names.find((name) => matches(pattern, name));
  const before = taken === undefined ? -1 : groupOf(taken, groups) - 1;
  throw new ThalwegError({
    code: 'MISMATCH',
    path: `optimizer.groups[${unused}].match`,
    received: `the pattern ${describe(pattern)}, ${
      taken === undefined
        ? 'which matches no parameter'
        : `whose parameters groups[${before}] has already`
    }`,
    expected: 'a pattern that matches a parameter',
    remedy:
      taken === undefined ? remedyFor(pattern, names) : 'put it first: the first match counts',
  });
}
