/** Type-checks the examples of the API reference: fragments that need a program around them. */
import type { Block } from './blocks.js';
import { Project } from './project.js';
import { typeErrors } from './types.js';

const namespaces = [
  'average',
  'callbacks',
  'chart',
  'checkpoint',
  'data',
  'device',
  'ensemble',
  'exchange',
  'io',
  'loss',
  'metrics',
  'nn',
  'optim',
  'schedule',
  'search',
  'tune',
  'Predictor',
  'Trainer',
  'progress',
  'ThalwegError',
];

/** The program around the fragments declares the names that they use. */
const around = `
import * as thalweg from 'thalweg';
declare global {
  ${namespaces.map((name) => `const ${name}: typeof thalweg.${name};`).join('\n  ')}
  type Callback = thalweg.callbacks.Callback;
  type Trainer = thalweg.Trainer;
  type Sequential = thalweg.nn.Sequential;
  const model: thalweg.nn.Sequential;
  const options: thalweg.TrainerOptions<'softmaxCrossEntropy'>;
  const trainer: thalweg.Trainer<'softmaxCrossEntropy'>;
  const digits: thalweg.data.Mnist;
  const cars: thalweg.data.Table;
  const dataset: thalweg.data.Dataset;
  const test: thalweg.data.Dataset;
  const train: thalweg.data.Dataset;
  const trial: thalweg.search.Trial;
  const validation: thalweg.data.Dataset;
  const f: thalweg.optim.ObjectiveFunction;
  const shuffler: thalweg.data.Shuffler;
  const image: Float32Array;
  const images: Float32Array;
  const inputs: Float32Array;
  const targets: Float32Array;
  const labels: Int32Array;
  const weight: Float32Array;
  const weightGradient: Float32Array;
  const bias: Float32Array;
  const biasGradient: Float32Array;
  const losses: number[];
  const temperatures: number[];
  const epochs: number;
  const stepsPerEpoch: number;
}
`;

/** Returns the compiler's errors for fragments, each a module of its own. */
export async function exampleErrors(blocks: readonly Block[]): Promise<string> {
  await using project = new Project();
  const files = blocks.map(({ page, line, code }) => {
    const file = `${page.replaceAll('/', '-')}-${line}.mts`;
    project.write(file, `export {};\n${code}`);
    return file;
  });
  project.write('around.d.mts', around);
  return await typeErrors(project, [...files, 'around.d.mts']);
}
