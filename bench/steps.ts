/** Optimizer steps over the arena, over the caller's arrays, and over many small tensors. */
import { optim } from '../src/index.js';
import { lab } from '../test/lab.js';
import { StepSettings } from '../src/optim/settings.js';
import { variants } from '../test/registry.js';
import type { Contestant, Runner, Workload } from './harness.js';
import { pythonContestant } from './peers/python.js';
import { tfjsContestant } from './peers/tfjs.js';

const million = 2 ** 20;
const allow = { nonFinite: 'allow' } as const;

/** The native step over an arena; nothing crosses from JavaScript but the settings. */
function arena(
  name: string,
  optimizer: optim.Optimizer,
  lengths: number[],
  { probe = false, averages = false } = {},
): Contestant {
  return {
    name,
    prepare() {
      const settings = new StepSettings(optimizer, allow);
      const step = new lab.ArenaStep({
        rule: settings.rule.name,
        groupCount: 1,
        names: lengths.map((_, i) => `t${i}`),
        lengths,
        groups: lengths.map(() => 0),
        probe,
        averages,
      });
      const values = settings.at({ step: 0 });
      return {
        run: () => {
          step.step(values);
        },
        dispose: () => {
          step.dispose();
        },
      };
    },
  };
}

function random(length: number): Float32Array {
  return Float32Array.from({ length }, () => Math.random() - 0.5);
}

/**
 * Steps of optim.bind over the caller's arrays, as a user writes them; the non-finite check is on.
 */
function bound(name: string, lengths: number[], options: object = {}): Contestant {
  return {
    name,
    prepare(): Runner {
      const named = (): Record<string, Float32Array> =>
        Object.fromEntries(lengths.map((length, i) => [`t${i}`, random(length)]));
      const gradients = named();
      const stepper = optim.bind(optim.adam(), named(), options);
      return {
        run: () => void stepper.step(gradients),
        dispose: () => {
          stepper.dispose();
        },
      };
    },
  };
}

const torch = (mode: string, lengths: number[], repeat = 1): Contestant =>
  pythonContestant({
    name: `torch ${mode}`,
    workload: 'adam',
    params: { mode, lengths },
    repeat,
  });

const mlp = [784 * 128, 128, 128 * 10, 10];
const ragged = Array.from({ length: 1000 }, () => 1024);

export const workloads: Workload[] = [
  {
    name: 'adam-32M-arena',
    unit: 'ms',
    scale: 1e3,
    rounds: 15,
    contestants: [
      arena('thalweg', optim.adam(), [32 * million]),
      arena('probe', optim.adam(), [32 * million], { probe: true }),
      torch('fused', [32 * million]),
      torch('foreach', [32 * million]),
    ],
  },
  {
    name: 'adam-8M',
    unit: 'ms',
    scale: 1e3,
    repeat: 5,
    contestants: [
      bound('thalweg', [8 * million]),
      bound('thalweg, non-finite allowed', [8 * million], allow),
      torch('fused', [8 * million], 5),
      tfjsContestant('tfjs-node', 'adamStep', { lengths: [8 * million], maxRuns: 5 }),
    ],
  },
  {
    name: 'adam-mnist-mlp-list',
    unit: 'µs',
    scale: 1e6,
    repeat: 200,
    rounds: 21,
    contestants: [
      bound('thalweg', mlp),
      bound('thalweg, non-finite allowed', mlp, allow),
      torch('fused', mlp, 200),
      torch('foreach', mlp, 200),
      tfjsContestant('tfjs-node', 'adamStep', { lengths: mlp, repeat: 20 }),
      tfjsContestant('tfjs', 'adamStep', { lengths: mlp, maxRuns: 3, repeat: 1 }),
    ],
  },
  {
    name: 'adam-1000x1K',
    unit: 'µs',
    scale: 1e6,
    repeat: 50,
    rounds: 21,
    contestants: [
      arena('thalweg', optim.adam(), ragged),
      arena('thalweg, one flat array', optim.adam(), [1024 * 1000]),
      bound('thalweg, list mode from JavaScript', ragged, allow),
      torch('fused', ragged, 20),
    ],
  },
  ...[optim.adam(), optim.sgd()].map((optimizer): Workload => ({
    name: `average-${optimizer.kind}-32M`,
    unit: 'ms',
    scale: 1e3,
    rounds: 15,
    // The probe moves the same bytes: a ratio of 0.95 over it is 1.05 times the memory traffic.
    contestants: [
      arena('thalweg', optimizer, [32 * million], { averages: true }),
      arena('probe', optimizer, [32 * million], { probe: true, averages: true }),
      arena('without an average', optimizer, [32 * million]),
      arena('its probe', optimizer, [32 * million], { probe: true }),
    ],
  })),
  ...variants.map(([name, make]): Workload => ({
    name: `rule-${name}-32M`,
    unit: 'ms',
    scale: 1e3,
    rounds: 11,
    contestants: [
      arena('thalweg', make(), [32 * million]),
      arena('probe', make(), [32 * million], { probe: true }),
    ],
  })),
];
