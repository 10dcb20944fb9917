/** The values of a trial have the types of its space; `tsc -p tsconfig.test.json` checks these lines. */
import { expect, expectTypeOf, it } from 'vitest';
import { search } from '../../src/index.js';

const space = {
  learningRate: search.logUniform(1e-6, 10),
  units: search.integer(8, 512),
  optimizer: search.choice(['adam', 'momentum']),
  size: search.choice([32, 64, null]),
  momentum: search.conditional(search.uniform(0, 1), { when: { optimizer: 'momentum' } }),
  form: search.conditional(search.choice(['heavy', 'nesterov']), {
    when: { optimizer: 'momentum' },
  }),
};
interface Expected {
  readonly learningRate: number;
  readonly units: number;
  readonly optimizer: 'adam' | 'momentum';
  readonly size: 32 | 64 | null;
  readonly momentum?: number;
  readonly form?: 'heavy' | 'nesterov';
}

it('trials, records and constraints have the types of the space', async () => {
  const study = await search.run({
    space,
    trials: 2,
    constraint: (values) => {
      expectTypeOf(values).branded.toEqualTypeOf<Expected>();
      return true;
    },
    objective: (trial) => {
      expectTypeOf(trial.values).branded.toEqualTypeOf<Expected>();
      return trial.values.learningRate;
    },
    onTrial: (record) => {
      expectTypeOf(record.values.optimizer).toEqualTypeOf<'adam' | 'momentum'>();
    },
  });
  expectTypeOf(study.best!.values).branded.toEqualTypeOf<Expected>();
  expectTypeOf(study.trials[0]!.values.momentum).toEqualTypeOf<number | undefined>();
  expect(study.trials).toHaveLength(2);
  await using asked = await search.study({ space: { x: search.uniform(0, 1) } });
  const trial = await asked.ask();
  expectTypeOf(trial!.values).branded.toEqualTypeOf<{ readonly x: number }>();
});

it('an objective may return nothing, also by a promise', async () => {
  const { trials } = await search.run({
    space,
    trials: 1,
    objective: (trial) => {
      trial.report(0, 2);
    },
  });
  const { trials: later } = await search.run({
    space,
    trials: 1,
    objective: async (trial) => {
      await Promise.resolve();
      trial.report(0, 3);
    },
  });
  expect([trials[0]!.value, later[0]!.value]).toEqual([2, 3]);
});

it('wrong names and types do not compile', async () => {
  const objective = ({ values }: search.Trial<search.Values<typeof space>>): number => {
    // @ts-expect-error -- the space has no such parameter
    expect(values.rate).toBeUndefined();
    // @ts-expect-error -- the parameter may be absent
    const momentum: number = values.momentum;
    expect(momentum === undefined || momentum >= 0).toBe(true);
    return 0;
  };
  await search.run({ space, trials: 3, objective });
  // @ts-expect-error -- no such direction
  await expect(search.run({ space, trials: 1, objective, direction: 'up' })).rejects.toThrow();
  // @ts-expect-error -- an objective returns a number
  await expect(search.run({ space, trials: 1, objective: () => 'good' })).rejects.toThrow();
  // @ts-expect-error -- a space has parameters
  await expect(search.run({ space: { x: 1 }, trials: 1, objective: () => 0 })).rejects.toThrow();
});
