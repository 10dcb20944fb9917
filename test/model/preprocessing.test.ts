/** A preprocessing comes back as it was given, or is refused. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Predictor } from '../../src/index.js';
import { newFolder } from '../new-folder.js';
import { trained } from './trained.js';

const circle: Record<string, unknown> = {};
circle['self'] = circle;

describe('a preprocessing', () => {
  it.each([
    ['packed numbers', Float32Array.of(1, 2), ''],
    ['a map', new Map([['a', 1]]), ''],
    ['a date', new Date(0), ''],
    ['a function', () => 1, ''],
    ['a function in a list', [() => 1], '[0]'],
    ['undefined in a list', [undefined], '[0]'],
    ['a large whole number', 1n, ''],
    ['a mark of a number', { $number: 'NaN' }, '.$number'],
    ['a mark of a function', { $function: true }, '.$function'],
  ])('with %s is refused', async (_, steps, at) => {
    using trainer = await trained();
    const preprocessing = { format: 'mine', version: 1, steps };
    const saved = trainer.saveModel(join(newFolder(), 'm.thalweg'), { preprocessing });
    const path = `saveModel.preprocessing.steps${at}`;
    await expect(saved).rejects.toMatchObject({
      code: 'TYPE',
      path: expect.stringContaining(path.slice(10)) as string,
    });
  });

  it('is refused where it contains itself', async () => {
    using trainer = await trained();
    const preprocessing = { format: 'mine', version: 1, circle };
    const saved = trainer.saveModel(join(newFolder(), 'm.thalweg'), { preprocessing });
    await expect(saved).rejects.toMatchObject({ code: 'TYPE' });
  });

  it('comes back as it was where it is plain data', async () => {
    using trainer = await trained();
    const preprocessing = {
      format: 'mine',
      version: 1,
      mean: [0.5, NaN, -0],
      of: { a: null, b: 'x' },
    };
    const file = join(newFolder(), 'm.thalweg');
    await trainer.saveModel(file, { preprocessing });
    using predictor = await Predictor.load(file);
    expect(predictor.preprocessing).toEqual(preprocessing);
  });
});
