/** Python's Optuna reads and continues our studies, and we read and continue those of Optuna. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { search } from '../../src/index.js';
import { newFolder } from '../new-folder.js';
import { canImport, python } from '../python.js';

const hasOptuna = canImport('optuna');

/** Runs Python with Optuna, and returns the JSON that it prints last. */
function optuna(store: string, body: string): unknown {
  const program = `
import json, math, sys, optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
storage = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(sys.argv[1]))
def show(study):
    print(json.dumps([[t.number, t.state.name, t.params, t.value, t.user_attrs,
        {str(k): repr(v) for k, v in t.intermediate_values.items()}] for t in study.trials]))
${body}`;
  const { status, stdout, stderr } = spawnSync(python, ['-c', program, store], {
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}

const space = {
  rate: search.logUniform(1e-5, 0.1),
  momentum: search.uniform(0, 0.99),
  units: search.integer(8, 128, { log: true }),
  layers: search.integer(1, 8, { step: 2 }),
  activation: search.choice(['relu', 'tanh', 3, true, null]),
};
const suggest = `
def objective(trial):
    rate = trial.suggest_float("rate", 1e-5, 0.1, log=True)
    momentum = trial.suggest_float("momentum", 0, 0.99)
    units = trial.suggest_int("units", 8, 128, log=True)
    layers = trial.suggest_int("layers", 1, 7, step=2)
    activation = trial.suggest_categorical("activation", ["relu", "tanh", 3, True, None])
    trial.report(units, 0)
    trial.report(math.nan, 1)
    if trial.number % 4 == 3: raise optuna.TrialPruned()
    return rate + momentum
`;

describe.skipIf(!hasOptuna)('a study of ours', () => {
  it('is read by Optuna, and its sampler continues it', async () => {
    const store = join(newFolder(), 'study.jsonl');
    const ours = await search.run({
      space,
      store,
      trials: 12,
      seed: 2,
      sampler: 'random',
      onError: 'continue',
      stopping: [search.explosion()],
      objective: (trial) => {
        if (trial.number === 5) throw new Error('broken');
        trial.report(0, trial.values.units);
        if (trial.number === 3) trial.report(1, NaN);
        trial.throwIfStopped();
        return trial.values.rate + trial.values.momentum;
      },
    });
    const seen = optuna(
      store,
      `${suggest}
study = optuna.load_study(study_name="study", storage=storage, sampler=optuna.samplers.TPESampler(seed=1, n_startup_trials=3))
show(study)`,
    ) as [number, string, object, number | null, object, Record<string, string>][];
    const states = { complete: 'COMPLETE', pruned: 'PRUNED', failed: 'FAIL' } as Record<
      string,
      string
    >;
    expect(seen.map(([number, state, params, value]) => [number, state, params, value])).toEqual(
      ours.trials.map(({ number, state, values, value }) => [
        number,
        states[state],
        values,
        value ?? null,
      ]),
    );
    expect(seen[3]![5]['1']).toBe('nan');
    expect(seen[5]![4]).toEqual({ reason: 'broken' });
    const more = optuna(
      store,
      `${suggest}
study = optuna.load_study(study_name="study", storage=storage, sampler=optuna.samplers.TPESampler(seed=1, n_startup_trials=3))
study.optimize(objective, n_trials=5)
show(study)`,
    ) as unknown[][];
    expect(more).toHaveLength(17);
    const continued = await search.run({
      space,
      store,
      trials: 20,
      seed: 2,
      sampler: 'tpe',
      objective: ({ values }) => values.rate + values.momentum,
    });
    expect(continued.trials).toHaveLength(20);
    expect(continued.trials[15]).toMatchObject({ state: 'pruned' });
    expect(continued.trials[15]!.history[1]!.value).toBeNaN();
    expect(continued.trials[12]!.values).toEqual(more[12]![2]);
  });
});

describe.skipIf(!hasOptuna)('a study of Optuna', () => {
  it('is read by us, and our sampler continues it', async () => {
    const store = join(newFolder(), 'study.log');
    const theirs = optuna(
      store,
      `${suggest}
study = optuna.create_study(study_name="theirs", storage=storage, direction="maximize", sampler=optuna.samplers.RandomSampler(seed=1))
study.optimize(objective, n_trials=8)
show(study)`,
    ) as [number, string, object, number | null][];
    const loaded = await search.load(store);
    expect(loaded).toMatchObject({ name: 'theirs', direction: 'maximize' });
    expect(
      loaded.trials.map(({ number, state, values, value }) => [
        number,
        state.toUpperCase(),
        values,
        state === 'complete' ? value : null,
      ]),
    ).toEqual(
      theirs.map(([number, state, params, value]) => [
        number,
        state,
        params,
        state === 'COMPLETE' ? value : null,
      ]),
    );
    const study = await search.run({
      space,
      store,
      name: 'theirs',
      direction: 'maximize',
      trials: 16,
      sampler: search.tpe({ startup: 4 }),
      objective: ({ values }) => values.rate + values.momentum,
    });
    expect(study.trials).toHaveLength(16);
    expect(study.trials.slice(8).every(({ state }) => state === 'complete')).toBe(true);
    const seen = optuna(store, 'show(optuna.load_study(study_name="theirs", storage=storage))');
    expect(seen).toHaveLength(16);
  });
});
