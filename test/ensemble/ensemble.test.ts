/** Ensembles: exact small cases, the four ways to members, and refusals. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { data, ensemble, nn } from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { floats, generator, largestError } from '../oracle/random.js';
import { four, loss } from './four-rows.js';

// The logits are the inputs times the weights, so each member is a matrix.
const model = nn.sequential({ input: [3] }, nn.dense(3, { useBias: false }));

const matrix = (name: string, ...weight: number[]): ensemble.Member => ({
  name,
  model,
  parameters: { 'dense1.weight': Float32Array.from(weight) },
});

const unit = (name: string, scale: number): ensemble.Member =>
  matrix(name, scale, 0, 0, 0, scale, 0, 0, 0, scale);

const softmax = (...logits: number[]): number[] => {
  const all = logits.map(Math.exp);
  const sum = all.reduce((a, b) => a + b, 0);
  return all.map((x) => x / sum);
};

describe('an ensemble', () => {
  // The input (1, 0, 0) has the logits (1, 0, 0), (4, 0, 0) and (0, 2, 0).
  const members = [unit('a', 1), unit('b', 4), matrix('c', 0, 2, 0, 0, 0, 0, 0, 0, 0)];
  const x = Float32Array.of(1, 0, 0);
  const predict = async (options: Partial<ensemble.EnsembleOptions>): Promise<Float32Array> => {
    using several = new ensemble.Ensemble({ members, loss, ...options });
    return await several.predict(x);
  };

  it('takes the mean probability', async () => {
    const [a, b, c] = [softmax(1, 0, 0), softmax(4, 0, 0), softmax(0, 2, 0)] as const;
    const mean = a.map((p, i) => (p + b[i]! + c[i]!) / 3);
    expect(largestError(await predict({}), mean, 1)).toBeLessThan(1e-7);
    const weighted = a.map((p, i) => (2 * p + 3 * c[i]!) / 5);
    expect(largestError(await predict({ weights: [2, 0, 3] }), weighted, 1)).toBeLessThan(1e-7);
  });

  it('takes the probability of the mean logits', async () => {
    const exact = softmax(5 / 3, 2 / 3, 0);
    expect(largestError(await predict({ combine: 'logit' }), exact, 1)).toBeLessThan(1e-7);
  });

  it('counts votes, and the first of equals wins', async () => {
    const exact = Float32Array.of(2 / 3, 1 / 3, 0);
    expect(await predict({ combine: 'vote' })).toEqual(exact);
    using tied = new ensemble.Ensemble({ members: [unit('a', 1)], loss, combine: 'vote' });
    expect(await tied.predict(Float32Array.of(1, 1, 1))).toEqual(Float32Array.of(1, 0, 0));
  });

  it('combines regressions by the mean, and single logits by probability', async () => {
    const mean = (2 + 8) / 2;
    const pair = [unit('a', 2), unit('b', 8)];
    using numbers = new ensemble.Ensemble({ members: pair, loss: 'meanSquaredError' });
    expect(await numbers.predict(x)).toEqual(Float32Array.of(mean, 0, 0));
    const labels = Float32Array.of(4, 0, 0);
    const set = data.fromArrays({ inputs: x, shape: [1, 3], labels });
    expect(await numbers.evaluate(set)).toEqual({ loss: 1 / 3 });
    using bits = new ensemble.Ensemble({ members: pair, loss: 'sigmoidCrossEntropy' });
    const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
    const exact = [(sigmoid(2) + sigmoid(8)) / 2, 0.5, 0.5];
    expect(largestError(await bits.predict(x), exact, 1)).toBeLessThan(1e-7);
  });

  it('is the member itself where it has one, whatever it combines by', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.constantFrom('probability', 'logit'), async (seed, how) => {
        const inputs = floats(generator(seed), 4 * 3);
        const combine = how as 'probability' | 'logit';
        using one = new ensemble.Ensemble({ members: [unit('a', 1)], loss, combine });
        const outputs = await one.predict(inputs);
        for (let row = 0; row < 4; row++) {
          const top = Math.max(...inputs.subarray(row * 3, row * 3 + 3));
          const exact = softmax(
            ...Array.from(inputs.subarray(row * 3, row * 3 + 3), (z) => z - top),
          );
          expect(largestError(outputs.subarray(row * 3, row * 3 + 3), exact, 1)).toBeLessThan(1e-6);
        }
      }),
      { numRuns: 10 },
    );
  });
});

// Each member answers a class for each of four rows, by unit inputs; they are right on different
// rows.
const rows = nn.sequential({ input: [4] }, nn.dense(3, { useBias: false }));

const answers = (name: string, ...classes: number[]): ensemble.Member => {
  const weight = new Float32Array(12);
  classes.forEach((c, row) => (weight[row * 3 + c] = 1));
  return { name, model: rows, parameters: { 'dense1.weight': weight } };
};

const voters = [
  answers('right on 0, 1, 2', 0, 1, 2, 1),
  answers('right on 0, 1, 3', 0, 1, 1, 0),
  answers('right on 2, 3', 1, 2, 2, 0),
  answers('always wrong', 1, 0, 0, 2),
];

describe('evaluateMembers, disagreement, curve and select', () => {
  it('evaluate measures all together, and evaluateMembers each alone', async () => {
    using several = new ensemble.Ensemble({ members: voters.slice(0, 3), loss, combine: 'vote' });
    const alone = await several.evaluateMembers(four);
    expect(alone).toEqual([{ accuracy: 0.75 }, { accuracy: 0.75 }, { accuracy: 0.5 }]);
    expect(await several.evaluate(four)).toEqual({ accuracy: 1 });
    using soft = new ensemble.Ensemble({ members: voters.slice(0, 1), loss });
    const [yes, no] = [Math.E / (Math.E + 2), 1 / (Math.E + 2)];
    const mean = -(3 * Math.log(yes) + Math.log(no)) / 4;
    expect((await soft.evaluate(four)).loss).toBeCloseTo(mean, 6);
  });

  it('disagreement is the share of rows decided otherwise', async () => {
    using several = new ensemble.Ensemble({ members: voters, loss });
    const matrix = await several.disagreement(four);
    expect(matrix.map((row) => [...row])).toEqual([
      [0, 0.5, 0.75, 1],
      [0.5, 0, 0.75, 1],
      [0.75, 0.75, 0, 0.75],
      [1, 1, 0.75, 0],
    ]);
  });

  it('the curve is over all ensembles of each size', async () => {
    using several = new ensemble.Ensemble({ members: voters.slice(0, 3), loss, combine: 'vote' });
    const [one, two, three] = await several.curve(four);
    expect(one).toEqual({ size: 1, accuracy: 2 / 3, lowest: 0.5, highest: 0.75, ensembles: 3 });
    expect(two!.ensembles).toBe(3);
    expect(three).toEqual({ size: 3, accuracy: 1, lowest: 1, highest: 1, ensembles: 1 });
  });

  it('the curve of many members is over orders, and ends at all of them', async () => {
    const many = Array.from({ length: 9 }, (_, i) => answers(`${i}`, i % 3, 1, 2, i % 2));
    using several = new ensemble.Ensemble({ members: many, loss, combine: 'vote' });
    const curve = await several.curve(four);
    expect(curve.map(({ size }) => size)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const { accuracy } = await several.evaluate(four);
    expect(curve.at(-1)).toMatchObject({ accuracy, lowest: accuracy, highest: accuracy });
  });

  it('selection takes in what helps, with replacement, and leaves out the rest', async () => {
    using several = new ensemble.Ensemble({ members: voters, loss, combine: 'vote' });
    const { ensemble: chosen, rounds } = await several.select(four, { rounds: 8 });
    expect(rounds).toHaveLength(8);
    expect(rounds[0]).toEqual({ member: 0, score: 0.75 });
    const best = Math.max(...rounds.map(({ score }) => score));
    expect(best).toBe(1);
    expect((await chosen.evaluate(four)).accuracy).toBe(1);
    expect(chosen.members.map(({ name }) => name)).not.toContain('always wrong');
    const kept = rounds.findIndex(({ score }) => score === best) + 1;
    expect(chosen.weights.reduce((a, b) => a + b)).toBe(kept);
    chosen.dispose();
    using soft = new ensemble.Ensemble({ members: voters, loss });
    const byLoss = await soft.select(four, { rounds: 6, metric: 'loss' });
    const scores = byLoss.rounds.map(({ score }) => score);
    expect((await byLoss.ensemble.evaluate(four)).loss).toBeCloseTo(Math.min(...scores), 12);
    expect(Math.min(...scores)).toBeLessThanOrEqual(scores[0]!);
    byLoss.ensemble.dispose();
  });
});

it('wrong calls are refused', async () => {
  const make = (options: object) => () =>
    new ensemble.Ensemble({ members: voters, loss, ...options } as ensemble.EnsembleOptions);
  const [first, ...rest] = voters as [ensemble.Member, ...ensemble.Member[]];
  const { parameters: _, ...empty } = first;
  const short = { 'dense1.weight': new Float32Array(3) };
  const cases: [() => unknown, string, string][] = [
    [make({ members: [] }), 'RANGE', 'ensemble.members'],
    [make({ members: 3 }), 'TYPE', 'ensemble.members'],
    [make({ members: [first, first] }), 'DUPLICATE', 'ensemble.members[1].name'],
    [make({ members: [first, unit('a', 1)] }), 'SHAPE', 'ensemble.members[1].model'],
    [make({ members: [{ ...first, name: 1 }] }), 'TYPE', 'ensemble.members[0].name'],
    [make({ members: [{ ...first, model: {} }] }), 'TYPE', 'ensemble.members[0].model'],
    [
      make({ members: [{ ...empty, parameters: {} }] }),
      'MISSING',
      'ensemble.members[0].parameters.dense1.weight',
    ],
    [
      make({ members: [{ ...first, parameters: short }] }),
      'SHAPE',
      'ensemble.members[0].parameters.dense1.weight',
    ],
    [make({ combine: 'mean' }), 'RANGE', 'ensemble.combine'],
    [make({ loss: 'huber', combine: 'vote' }), 'RANGE', 'ensemble.combine'],
    [make({ weights: [1, 2] }), 'SHAPE', 'ensemble.weights'],
    [make({ weights: [0, 0, 0, 0] }), 'RANGE', 'ensemble.weights'],
    [make({ weights: [1, -1, 0, 0] }), 'RANGE', 'ensemble.weights[1]'],
    [make({ vote: true }), 'UNKNOWN_OPTION', 'ensemble.vote'],
    [() => ensemble.seeds({} as never, { seeds: [], train: () => 0 }), 'RANGE', 'seeds.seeds'],
    [() => ensemble.seeds({} as never, { seeds: [1] } as never), 'TYPE', 'seeds.train'],
    [() => ensemble.trials({}, { train: () => 0 }), 'RANGE', 'trials'],
    [() => ensemble.snapshots({ every: 0 }), 'RANGE', 'snapshots.every'],
    [() => ensemble.snapshots().restore(null, {}), 'TYPE', 'callbacks.snapshots'],
  ];
  for (const [body, code, path] of cases) expect(await failure(body)).toMatchObject({ code, path });
  using several = make({ members: [first, ...rest] })();
  using bits = make({ loss: 'sigmoidCrossEntropy', combine: 'vote' })();
  const later: [() => unknown, string][] = [
    [() => several.predict(new Float32Array(3)), 'SHAPE'],
    [
      () => several.evaluate(data.fromArrays({ inputs: new Float32Array(3), shape: [1, 3] })),
      'SHAPE',
    ],
    [() => several.select(four, { rounds: 0 }), 'RANGE'],
    [() => make({ combine: 'vote' })().select(four, { metric: 'loss' }), 'RANGE'],
    [() => make({ loss: 'meanSquaredError' })().curve(four), 'UNSUPPORTED'],
    [() => bits.select(four), 'UNSUPPORTED'],
  ];
  for (const [body, code] of later) expect((await failure(body)).code).toBe(code);
  several.dispose();
  expect((await failure(() => several.predict(new Float32Array(4)))).code).toBe('DISPOSED');
});
