/** Members of an ensemble are made of seeds, trials, averages and checkpoints. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Trainer, average, ensemble, nn, optim, search } from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { floats, generator } from '../oracle/random.js';
import { newFolder } from '../new-folder.js';
import { four, loss } from './four-rows.js';

describe('members', () => {
  const wide = nn.sequential({ input: [4] }, nn.dense(8, { activation: 'tanh' }), nn.dense(3));
  const options = { model: wide, loss, optimizer: optim.adam({ learningRate: 0.05 }) } as const;
  const train = (trainer: Trainer) => trainer.fit(four, { epochs: 4, batchSize: 2 });

  it('have the weights of a trainer of each seed, made from seeds', async () => {
    const members = await ensemble.seeds(options, { seeds: [1, 2n], train });
    expect(members.map(({ name }) => name)).toEqual(['seed 1', 'seed 2']);
    using trainer = new Trainer({ ...options, seed: 2 });
    await train(trainer);
    expect(members[1]!.parameters).toEqual(trainer.parameters());
    expect(members[0]!.parameters).not.toEqual(members[1]!.parameters);
    using several = new ensemble.Ensemble({ members, loss });
    const alone = await trainer.evaluate(four);
    const [, second] = await several.evaluateMembers(four);
    expect(second!.loss).toBeCloseTo(alone.loss, 6);
    expect(second!.accuracy).toBe(alone.accuracy);
  });

  it('carry running statistics with them', async () => {
    const normed = nn.sequential({ input: [4] }, nn.dense(6), nn.batchNorm(), nn.dense(3));
    const kept = ensemble.snapshots();
    using trainer = new Trainer({ ...options, model: normed, seed: 1 });
    await trainer.fit(four, { epochs: 3, batchSize: 2, callbacks: [kept] });
    const now = ensemble.member(trainer, { name: 'now' });
    const [first, , last] = kept.members(normed) as [
      ensemble.Member,
      ensemble.Member,
      ensemble.Member,
    ];
    expect(last.parameters).toEqual(now.parameters);
    using several = new ensemble.Ensemble({ members: [first, last], loss });
    const { loss: alone } = await trainer.evaluate(four);
    const [, second] = await several.evaluateMembers(four);
    expect(second!.loss).toBeCloseTo(alone, 6);
  });

  it('may have models of their own, made from trials; made from averages they are averages', async () => {
    const narrow = nn.sequential({ input: [4] }, nn.dense(3));
    const kept = average.ema({ decay: 0.5 });
    const trials = {
      narrow: { ...options, model: narrow, average: kept },
      slow: { ...options, optimizer: optim.sgd(), average: kept },
    };
    const seen: Record<string, unknown> = {};
    const members = await ensemble.trials(trials, {
      train: async (trainer, name) => {
        await train(trainer);
        seen[name] = trainer.parameters({ weights: 'averaged' });
      },
      weights: 'averaged',
    });
    expect(Object.fromEntries(members.map((one) => [one.name, one.parameters]))).toEqual(seen);
    using several = new ensemble.Ensemble({ members, loss });
    const inputs = floats(generator(1), 8);
    const [first, second] = [several.predict(inputs), several.predict(inputs)]; // the calls take turns
    expect(await first).toEqual(await second);
  });

  it('are the best trials of a search, trained again with their values and seeds', async () => {
    const optionsOf = (rate: number, seed: number) => ({
      ...options,
      optimizer: optim.sgd({ learningRate: rate }),
      seed,
    });
    const weights: Record<string, unknown> = {};
    const study = await search.run({
      space: { rate: search.logUniform(1e-3, 1) },
      trials: 6,
      seed: 1,
      sampler: 'random',
      objective: async ({ number, values, seed }) => {
        using trainer = new Trainer(optionsOf(values.rate, seed));
        await train(trainer);
        weights[`trial ${number}`] = trainer.parameters();
        return (await trainer.evaluate(four)).loss;
      },
    });
    const trainer = ({ values, seed }: ensemble.SearchedTrial<{ rate: search.LogUniform }>) =>
      optionsOf(values.rate, seed);
    const members = await ensemble.trials(study, { top: 2, trainer, train });
    expect(members.map(({ name }) => name)).toEqual(
      study.top(2).map(({ number }) => `trial ${number}`),
    );
    for (const { name, parameters } of members) expect(parameters).toEqual(weights[name]);
    const wrong = () => ensemble.trials(study, { train } as never);
    expect(await failure(wrong)).toMatchObject({ code: 'TYPE', path: 'trials.trainer' });
  });

  it('are the weights of one run at some epochs, in a checkpoint too', async () => {
    const file = join(newFolder(), 'weights.safetensors');
    const kept = ensemble.snapshots({ start: 2, every: 2, last: 2 });
    using trainer = new Trainer({ ...options, average: average.polyak() });
    const averaged = ensemble.snapshots({ name: 'averaged', weights: 'averaged' });
    const callbacks = [kept, averaged];
    await trainer.fit(four, { epochs: 6, batchSize: 2, callbacks });
    const members = kept.members(wide);
    expect(members.map(({ name }) => name)).toEqual(['epoch 4', 'epoch 6']);
    expect(members[1]!.parameters).toEqual(trainer.parameters());
    const means = averaged.members(wide);
    expect(means).toHaveLength(6);
    expect(means[5]!.parameters).toEqual(trainer.parameters({ weights: 'averaged' }));
    const copy = ensemble.snapshots();
    copy.restore(JSON.parse(JSON.stringify(kept.state())) as never, kept.arrays());
    expect(copy.members(wide)).toEqual(members);
    await trainer.saveWeights(file);
    const [fromFile] = await ensemble.fromFiles(wide, [file]);
    expect(fromFile!.parameters).toEqual(trainer.parameters());
    await trainer.save(file);
    const [fromCheckpoint] = await ensemble.fromFiles(wide, [file]);
    expect(fromCheckpoint).toEqual(fromFile);
    const taken = ensemble.member(trainer, { name: 'now' });
    expect(taken).toEqual({ name: 'now', model: wide, parameters: trainer.parameters() });
  });
});
