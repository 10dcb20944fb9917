/** Every example, run as a user would run it. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { newFolder } from '../new-folder.js';

const root = process.cwd();
const run = promisify(execFile);
const accuracyOf = (output: string): number =>
  Number(/^test accuracy (\d+\.\d\d) %$/m.exec(output)?.[1]);

/** Runs an example in an empty folder. */
async function example(name: string, ...args: string[]) {
  const folder = newFolder();
  const file = join(root, 'examples', name);
  // The digits of the docs are those of a processor.
  const env = { ...process.env, THALWEG_CUDA: '0' };
  const { stdout } = await run(process.execPath, [file, ...args], { cwd: folder, env });
  return { stdout, folder };
}

describe('examples', () => {
  it('ten-lines.mjs is what README shows, and has its output on every machine', async () => {
    const [, shown] = /```js\n(.*?)```/s.exec(readFileSync('README.md', 'utf8'))!;
    expect(shown).toBe(readFileSync('examples/ten-lines.mjs', 'utf8'));
    const { stdout, folder } = await example('ten-lines.mjs');
    expect(readFileSync('README.md', 'utf8')).toContain(`$ node ten-lines.mjs\n${stdout}`);
    expect(readdirSync(folder).sort()).toEqual(['digits.safetensors', 'digits.svg']);
    const drawn = readFileSync(join(folder, 'digits.svg'), 'utf8');
    expect(drawn).toBe(readFileSync('docs/figures/digits.svg', 'utf8'));
  });

  it('quickstart.mjs reaches the accuracy and writes what it says', async () => {
    const { stdout, folder } = await example('quickstart.mjs');
    const lines = stdout.trimEnd().split('\n');
    expect(accuracyOf(lines.at(-1)!)).toBeGreaterThan(97);
    expect(lines.at(-2)).toMatch(/^\d+\.\d{3} s an epoch$/);
    const [made = ''] = readdirSync(join(folder, 'runs'));
    expect(readdirSync(join(folder, 'runs', made)).sort()).toEqual([
      'history.json',
      'training.svg',
      'weights.safetensors',
    ]);
  });

  it('watching.mjs checks, watches and writes down', async () => {
    const { stdout, folder } = await example('watching.mjs', '1');
    expect(stdout.match(/^ok {2}\w+/gm)).toHaveLength(4);
    expect(stdout).toMatch(/^a sweep suggests a learning rate of 0\.0\d+$/m);
    expect(stdout).toMatch(/^completed: after 1 epochs$/m);
    expect(Number(/test accuracy (\d+\.\d\d) %/.exec(stdout)?.[1])).toBeGreaterThan(90);
    const files = readdirSync(folder).map((file) => file.replace(/^events.out.*/, 'events'));
    expect(files.sort()).toEqual(['events', 'log.csv', 'log.jsonl']);
  });

  it('pictures.mjs reads 97 % of the digits after an epoch', async () => {
    const { stdout } = await example('pictures.mjs');
    expect(stdout).toContain('Total parameters: 225,034');
    expect(accuracyOf(stdout)).toBeGreaterThan(97);
  });

  it('residual-pictures.mjs learns from a few of the digits', async () => {
    const { stdout } = await example('residual-pictures.mjs', '2', '4000');
    expect(stdout).toContain('residual3');
    expect(accuracyOf(stdout)).toBeGreaterThan(65);
  });

  it('carbon-dioxide.mjs forecasts better than no change', async () => {
    const { stdout } = await example('carbon-dioxide.mjs');
    const [, network, same] = /off by ([\d.]+) parts in a million, and by ([\d.]+)/.exec(stdout)!;
    expect(Number(same)).toBe(1.38);
    expect(Number(network)).toBeLessThan(0.5 * Number(same));
  });

  it('own-gradients.mjs finds the line', async () => {
    const { stdout } = await example('own-gradients.mjs');
    expect(stdout).toContain('y = 3.000 x + -0.500');
  });

  it('batch-sizes.mjs trains with every size', async () => {
    const seconds = process.env['THALWEG_SANITIZER'] === undefined ? '0.5' : '5';
    const { stdout } = await example('batch-sizes.mjs', seconds);
    const steps = stdout
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => Number(line.split(/ +/)[1]));
    expect(steps).toHaveLength(4);
    // The first whole-set step may not fit into the time.
    expect(steps.slice(1).every((count) => count > 0)).toBe(true);
  });

  it('penguins.mjs tells them apart in every fold', async () => {
    const { stdout } = await example('penguins.mjs');
    const folds = [...stdout.matchAll(/^(\d+) penguins, accuracy ([\d.]+) %$/gm)];
    expect(folds.reduce((sum, [, rows]) => sum + Number(rows), 0)).toBe(342);
    expect(folds.every(([, , accuracy]) => Number(accuracy) > 95)).toBe(true);
    expect(folds).toHaveLength(5);
    expect(readFileSync('docs/splits-and-weights.md', 'utf8')).toContain(stdout);
  });

  it('averages.mjs draws both series, and a larger β is smoother', async () => {
    const { stdout, folder } = await example('averages.mjs');
    expect(readdirSync(folder).sort()).toEqual(['prices.svg', 'temperatures.svg']);
    const steps = [...stdout.matchAll(/([\d.]+) °C$/gm)].map(([, step]) => Number(step));
    expect(steps).toHaveLength(5);
    expect(steps).toEqual([...steps].sort((a, b) => b - a));
  });

  it('averages.mjs runs from an installed package, beside the one that it reads', async () => {
    const modules = join(newFolder(), 'node_modules');
    const installed = join(modules, 'thalweg');
    mkdirSync(installed, { recursive: true });
    cpSync(join(root, 'package.json'), join(installed, 'package.json'));
    cpSync(join(root, 'examples'), join(installed, 'examples'), { recursive: true });
    symlinkSync(join(root, 'dist'), join(installed, 'dist'));
    symlinkSync(join(root, 'node_modules/vega-datasets'), join(modules, 'vega-datasets'));
    const file = join(installed, 'examples/averages.mjs');
    const folder = newFolder();
    await run(process.execPath, [file], { cwd: folder });
    expect(readdirSync(folder).sort()).toEqual(['prices.svg', 'temperatures.svg']);
  });

  it('cars.mjs learns, and cars-predict.mjs predicts one car in another process', async () => {
    const { stdout, folder } = await example('cars.mjs');
    expect(Number(/cars: (\d+\.\d\d) miles/.exec(stdout)?.[1])).toBeLessThan(3);
    expect(readdirSync(folder).sort()).toEqual(['cars.thalweg']);
    const file = join(root, 'examples/cars-predict.mjs');
    const predicted = await run(process.execPath, [file], { cwd: folder });
    const consumption = Number(/^(\d+\.\d) miles per gallon$/m.exec(predicted.stdout)?.[1]);
    expect(consumption).toBeGreaterThan(25);
    expect(consumption).toBeLessThan(45);
  });

  it('ensemble.mjs measures all four ways', async () => {
    const size = ['--rows', '640', '--epochs', '1', '--members', '3', '--repeats', '2'];
    const { stdout, folder } = await example('ensemble.mjs', ...size);
    const rows = stdout.split('\n').filter((line) => line.startsWith('| '));
    expect(rows).toHaveLength(1 + 4 * 3 + 2);
    const gains = rows.slice(1).map((line) => parseFloat(line.split(' | ')[3]!));
    // Means of probabilities are better than the mean member, by far after so little training.
    expect(gains.slice(0, 2).every((gain) => gain > 0)).toBe(true);
    expect(readdirSync(folder)).toEqual(['ensemble.svg']);
  });

  it('search.mjs narrows the ranges, and goes on from its store', async () => {
    const { stdout, folder } = await example('search.mjs', '5');
    expect(stdout).toMatch(/^study, 6 trials: [1-6] complete/);
    expect(stdout).toMatch(/^stage 2: 1 trials of 5 epochs; rate /m);
    const lines = readFileSync(join(folder, 'study.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(12);
  });

  it('schedules.mjs trains under every schedule', async () => {
    const { stdout, folder } = await example('schedules.mjs', '1');
    const accuracies = [...stdout.matchAll(/([\d.]+) %$/gm)].map(([, share]) => Number(share));
    expect(accuracies).toHaveLength(9);
    expect(Math.max(...accuracies)).toBeGreaterThan(90);
    // Multiplied by 0.9 at each update, the rate is gone before the model has learnt much.
    expect(accuracies.at(-1)).toBe(Math.min(...accuracies));
    expect(readdirSync(folder)).toEqual(['schedules.svg']);
  });
});
