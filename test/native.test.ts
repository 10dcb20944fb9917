import { describe, expect, it } from 'vitest';
import { native } from '../src/native.js';
import { groupSettings, stepSettings, trainerSettings } from '../src/optim/settings-row.js';
import { nonFinitePolicies } from '../src/optim/settings.js';

describe('the addon', () => {
  it('loads and names its instruction set and threads', () => {
    expect(['baseline', 'avx2', 'avx512']).toContain(native.isa());
    expect(native.threads().count).toBeGreaterThan(0);
  });

  it.each([
    ['stepSettings', stepSettings],
    ['groupSettings', groupSettings],
    ['trainerSettings', trainerSettings],
    ['nonFinite', nonFinitePolicies],
  ] as const)('has the same %s as TypeScript', (list, known) => {
    expect([...native.names[list]].sort()).toEqual([...known].sort());
  });
});
