import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lossNames } from '../src/loss/loss.js';
import { native } from '../src/native.js';
import { csvFaultKinds } from '../src/native/table.js';
import { averageKinds, distributions } from '../src/native/names.js';
import { layerActivations } from '../src/nn/activation.js';
import { groupSettings, stepSettings, trainerSettings } from '../src/optim/settings-row.js';
import { nonFinitePolicies } from '../src/optim/settings.js';

/** The ops that the files of src/nn add to a program. */
const opsOfLayers = readdirSync('src/nn').flatMap((file) =>
  [
    ...readFileSync(join('src/nn', file), 'utf8').matchAll(
      /(?:program\.add|lower(?:Pool)?)\(\s*'(\w+)'/g,
    ),
  ].map((match) => match[1]!),
);

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
    ['losses', lossNames],
    ['layers', opsOfLayers],
    ['activations', ['none', ...layerActivations]],
    ['distributions', distributions],
    ['averages', averageKinds],
    ['csvFaults', csvFaultKinds],
  ] as const)('has the same %s as TypeScript', (list, known) => {
    expect([...native.names[list]].sort()).toEqual([...new Set<string>(known)].sort());
  });
});
