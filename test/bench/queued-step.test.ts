/**
 * The benchmarks of the device `cuda` replay recorded steps, which compute what a step computes.
 */
import { hasCuda } from '../oracle/cuda.js';
import { expect, it } from 'vitest';
import { lab } from '../lab.js';
import { StepSettings } from '../../src/optim/settings.js';
import { optim } from '../../src/index.js';

const lengths = [5000, 0, 77];

function make(device: string, what: number, averages = false, sparse = false) {
  const settings = new StepSettings(optim.adam(), { nonFinite: 'allow' });
  return new lab.QueuedStep({
    rule: settings.rule.name,
    groupCount: 1,
    lengths,
    device,
    what,
    averages,
    sparse,
    names: lengths.map((_, i) => `t${i}`),
    groups: lengths.map(() => 0),
    settings: settings.at({ step: 0 }),
  });
}

it.skipIf(!hasCuda).each([0, 1, 2, 3])('replays work %d and then refuses', (what) => {
  const step = make('cuda', what);
  expect(step.replay(3)).toBeGreaterThan(0);
  step.dispose();
  expect(() => step.replay(1)).toThrow(expect.objectContaining({ code: 'DISPOSED' }));
  const averaging = make('cuda', what, true);
  expect(averaging.replay(3)).toBeGreaterThan(0);
  averaging.dispose();
  const zeros = make('cuda', what, false, true);
  expect(zeros.replay(3)).toBeGreaterThan(0);
  zeros.dispose();
});

it('needs a device that queues', () => {
  expect(() => make('cpu', 0)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
});

it.skipIf(!hasCuda).each([true, false])('replays a gather, listed: %s', (listed) => {
  const dataset = new lab.Dataset({
    inputs: new Uint8Array(70_000 * 2),
    rows: 70_000,
    features: 2,
    scale: 1,
    offset: 0,
    labels: undefined,
    labelWidth: 0,
  });
  const gather = new lab.QueuedGather({ device: 'cuda', dataset, listed });
  expect(gather.replay(1)).toBeGreaterThan(0);
  gather.dispose();
  expect(() => gather.replay(1)).toThrow(expect.objectContaining({ code: 'DISPOSED' }));
});
