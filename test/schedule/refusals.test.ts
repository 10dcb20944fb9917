/** Wrong schedules are refused by code and path, from factories and from files alike. */
import { describe, expect, it } from 'vitest';
import { optim, schedule } from '../../src/index.js';
import { failure } from '../oracle/failure.js';

type Bad = readonly [kind: string, options: unknown, code: string, path: string];

const bad: readonly Bad[] = [
  ['cosine', { initial: 1 }, 'TYPE', '.steps'],
  ['cosine', { initial: 1, steps: 0 }, 'RANGE', '.steps'],
  ['cosine', { initial: 1, steps: 1.5 }, 'TYPE', '.steps'],
  ['cosine', { initial: 1, steps: 5, warmup: 5 }, 'RANGE', '.warmup'],
  ['cosine', { initial: NaN, steps: 5 }, 'RANGE', '.initial'],
  ['cosine', { initial: '1', steps: 5 }, 'TYPE', '.initial'],
  ['cosine', { initial: 1, steps: 5, unit: 'day' }, 'RANGE', '.unit'],
  ['cosine', { initial: 1, step: 5 }, 'UNKNOWN_OPTION', '.step'],
  ['cosine', null, 'TYPE', ''],
  ['cosine', [], 'TYPE', ''],
  ['cosine', undefined, 'TYPE', ''],
  ['constant', { value: -1 }, 'RANGE', '.value'],
  ['stepDecay', { initial: 1, factor: -0.5, every: 5 }, 'RANGE', '.factor'],
  ['stepDecay', { initial: 1, factor: 0.5, every: 0 }, 'RANGE', '.every'],
  ['multiStep', { initial: 1, factor: 0.5, at: [] }, 'RANGE', '.at'],
  ['multiStep', { initial: 1, factor: 0.5, at: 5 }, 'TYPE', '.at'],
  ['multiStep', { initial: 1, factor: 0.5, at: [5, 5] }, 'RANGE', '.at[1]'],
  ['multiStep', { initial: 1, factor: 0.5, at: [5, '6'] }, 'TYPE', '.at[1]'],
  ['multiStep', { initial: 1, factor: 0.5, at: [0] }, 'RANGE', '.at[0]'],
  ['exponential', { initial: 1, rate: Infinity }, 'RANGE', '.rate'],
  ['perStepFactor', { initial: 1, factor: 1.1 }, 'RANGE', '.factor'],
  ['inverseTime', { initial: 1, rate: -1 }, 'RANGE', '.rate'],
  ['inverseSquareRoot', { peak: 1, warmup: 0 }, 'RANGE', '.warmup'],
  ['polynomial', { initial: 1, steps: 5, power: 0 }, 'RANGE', '.power'],
  ['warmRestarts', { initial: 1, period: 5, periodFactor: 1.5 }, 'TYPE', '.periodFactor'],
  ['warmRestarts', { initial: 1, period: 5, peakFactor: 2 }, 'RANGE', '.peakFactor'],
  ['oneCycle', { peak: 1, steps: 5, rise: 1 }, 'RANGE', '.rise'],
  ['oneCycle', { peak: 1, steps: 5, rise: 0.6, threePhase: true }, 'RANGE', '.rise'],
  ['oneCycle', { peak: 1, steps: 5, shape: 'square' }, 'RANGE', '.shape'],
  ['oneCycle', { peak: 1, steps: 5, threePhase: 1 }, 'TYPE', '.threePhase'],
  ['cyclic', { low: 1, high: 0.5, rise: 5 }, 'RANGE', '.high'],
  ['warmup', { into: 'cosine', steps: 5 }, 'TYPE', '.into'],
  ['warmup', { into: { kind: 'cosin' }, steps: 5 }, 'TYPE', '.into'],
  ['warmup', { into: { kind: 'cosine', initial: 1, steps: -1 }, steps: 5 }, 'RANGE', '.into.steps'],
  ['warmup', { into: () => 1, steps: 5 }, 'TYPE', '.into'],
  ['warmupStableDecay', { peak: 1, warmup: 0, stable: 0, decay: 0 }, 'RANGE', '.decay'],
  ['piecewise', { values: [1], at: [5] }, 'MISMATCH', '.values'],
  ['piecewise', { values: [1, -1], at: [5] }, 'RANGE', '.values[1]'],
  ['plateau', { initial: 1, factor: 1 }, 'RANGE', '.factor'],
  ['plateau', { initial: 1, minimum: 2 }, 'RANGE', '.minimum'],
  ['plateau', { initial: 1, metric: 'validation' }, 'RANGE', '.metric'],
  ['sequence', { parts: [1, 2, 3], at: [5] }, 'MISMATCH', '.parts'],
  [
    'sequence',
    { parts: [1, { kind: 'constant', value: -2 }], at: [5] },
    'RANGE',
    '.parts[1].value',
  ],
  ['scale', { schedule: 1, factor: -1 }, 'RANGE', '.factor'],
  ['clamp', { schedule: 1, min: 2, max: 1 }, 'RANGE', '.max'],
];

const factories = schedule as unknown as Record<string, (options: unknown) => unknown>;

it.each(bad.filter(([kind]) => kind !== 'constant'))(
  'the factory of %s refuses %j',
  async (kind, options, code, path) => {
    const error = await failure(() => factories[kind]!(options));
    expect([error.code, error.path]).toEqual([code, `${kind}${path}`]);
  },
);

it.each(bad.filter(([, options]) => options != null && !Array.isArray(options)))(
  'an optimizer from a file refuses %s of %j',
  async (kind, options, code, path) => {
    const learningRate = { kind, ...(options as object) } as never;
    const error = await failure(() => optim.sgd({ learningRate }));
    expect([error.code, error.path]).toEqual([code, `sgd.learningRate${path}`]);
  },
);

describe('valueAt', () => {
  it.each([
    ['a negative step', 1, -1, 'RANGE'],
    ['half a step', 1, 0.5, 'TYPE'],
    ['half an epoch', 1, { step: 0, epoch: 0.5 }, 'TYPE'],
    ['no position', 1, undefined as never, 'TYPE'],
    ['a misspelt position', 1, { steps: 5 } as never, 'TYPE'],
    ['a history that is none', 1, { step: 5, history: {} as never }, 'TYPE'],
    ['epochs unknown', schedule.exponential({ initial: 1, rate: 1, unit: 'epoch' }), 1, 'MISSING'],
  ])('refuses %s', async (_, value, position, code) => {
    expect((await failure(() => schedule.valueAt(value, position))).code).toBe(code);
  });

  it('an unknown kind comes with a suggestion', async () => {
    const error = await failure(() => optim.sgd({ learningRate: { kind: 'cosin' } as never }));
    expect([error.code, error.remedy]).toEqual(['TYPE', 'did you mean `cosine`?']);
    expect((await failure(() => schedule.constant(-1))).path).toBe('constant.value');
  });
});
