/**
 * The types refuse samplings, callbacks, schedules and methods to minimise; see refused.test.ts.
 */
import { describe, expect, it } from 'vitest';
import { Trainer, callbacks, data, nn, optim, schedule } from '../../src/index.js';
import { failure } from '../oracle/failure.js';

type Cases = readonly (readonly [string, () => unknown])[];

function refused(what: string, cases: Cases): void {
  describe(what, () => {
    it.each(cases)('%s', async (_, body) => {
      const { code, path } = await failure(body);
      expect(code).toMatch(/^(TYPE|RANGE|DTYPE|SHAPE|MISSING|UNKNOWN_OPTION)$/);
      expect(path).not.toBe('');
    });
  });
}

const model = nn.sequential({ input: [2] }, nn.dense(2));
const inputs = new Float32Array(4);
const set = data.fromArrays({ inputs, shape: [2, 2], labels: new Int32Array(2) });
const trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() });
const bowl: optim.ObjectiveFunction = (x, gradient) => {
  gradient[0] = 2 * x[0]!;
  return x[0]! ** 2;
};

refused('samplings', [
  // @ts-expect-error -- without weights
  ['no weights', () => data.weighted({})],
  // @ts-expect-error -- without options
  ['no options', () => data.weighted()],
  // @ts-expect-error -- another element type
  ['integer weights', () => data.weighted({ weights: Int32Array.of(1, 2) })],
  // @ts-expect-error -- a text, no number
  ['a weight that is text', () => data.weighted({ weights: ['1', '2'] })],
  // @ts-expect-error -- not a flag
  ['replacement', () => data.weighted({ weights: [1, 2], replacement: 'yes' })],
  // @ts-expect-error -- a misspelt name
  ['a misspelt option', () => data.weighted({ weights: [1, 2], replacment: true })],
  // @ts-expect-error -- a text, no number
  ['draws', () => data.weighted({ weights: [1, 2], draws: 'all' })],
  // @ts-expect-error -- a list of numbers
  ['labels', () => data.stratified({ labels: [0, 1] })],
  // @ts-expect-error -- without labels
  ['no labels', () => data.stratified({})],
  // @ts-expect-error -- of another sampling
  ['stratified weights', () => data.stratified({ weights: [1, 2] })],
  // @ts-expect-error -- values, no classes
  ['labels that are values', () => data.stratified({ labels: new Float32Array(2) })],
  // @ts-expect-error -- a list of numbers
  ['balanced weights', () => data.balancedWeights([0, 1])],
  // @ts-expect-error -- a name, no sampling
  ['a shuffler', () => new data.Shuffler({ length: 2, batchSize: 1, sampling: 'even' })],
  // @ts-expect-error -- a name, no sampling
  ['fit', () => trainer.fit(set, { epochs: 1, sampling: 'stratified' })],
]);

refused('minimising', [
  // @ts-expect-error -- no function
  ['an objective', () => optim.minimize('x * x', [1])],
  // @ts-expect-error -- without a start
  ['no start', () => optim.minimize(bowl)],
  // @ts-expect-error -- a number, no list
  ['a start', () => optim.minimize(bowl, 1)],
  // @ts-expect-error -- single precision
  ['a start in float32', () => optim.minimize(bowl, new Float32Array(1))],
  // @ts-expect-error -- returns a text
  ['a value', () => optim.minimize(() => '1', [1])],
  // @ts-expect-error -- a name, no description
  ['a method by name', () => optim.minimize(bowl, [1], 'lbfgs')],
  // @ts-expect-error -- steps by batches
  ['an optimizer', () => optim.minimize(bowl, [1], optim.adam())],
  // @ts-expect-error -- an option of fit
  ['epochs', () => optim.minimize(bowl, [1], optim.lbfgs(), { epochs: 3 })],
  // @ts-expect-error -- a text, no number
  ['iterations', () => optim.minimize(bowl, [1], optim.lbfgs(), { iterations: '3' })],
  // @ts-expect-error -- a misspelt name
  ['history', () => optim.lbfgs({ histroy: 5 })],
  // @ts-expect-error -- a rate, which a line search chooses
  ['a rate', () => optim.lbfgs({ learningRate: 1 })],
  // @ts-expect-error -- of the other method
  ['shrink', () => optim.lbfgs({ shrink: 0.5 })],
  // @ts-expect-error -- of the other method
  ['curvature', () => optim.gradientDescent({ curvature: 0.9 })],
  // @ts-expect-error -- without a method
  ['no method', () => trainer.minimize(set)],
  // @ts-expect-error -- no data set
  ['a data set', () => trainer.minimize('train', optim.lbfgs())],
  // @ts-expect-error -- no such size
  ['batchSize', () => trainer.minimize(set, optim.lbfgs(), { batchSize: 'full' })],
  // @ts-expect-error -- for full batches only
  ['a trainer', () => new Trainer({ model, loss: 'huber', optimizer: optim.lbfgs() })],
  // @ts-expect-error -- for full batches only
  ['bind', () => optim.bind(optim.lbfgs(), { weight: inputs })],
]);

refused('callbacks', [
  // @ts-expect-error -- no list
  ['one alone', () => trainer.fit(set, { epochs: 1, callbacks: callbacks.progress() })],
  // @ts-expect-error -- no callback
  ['a name', () => trainer.fit(set, { epochs: 1, callbacks: ['progress'] })],
  // @ts-expect-error -- no such metric
  ['a metric', () => callbacks.earlyStopping({ metric: 'val_loss' })],
  // @ts-expect-error -- no such mode
  ['a mode', () => callbacks.earlyStopping({ mode: 'min' })],
  // @ts-expect-error -- a text, no number
  ['patience', () => callbacks.earlyStopping({ patience: '3' })],
  // @ts-expect-error -- a misspelt name
  ['restoreBest', () => callbacks.earlyStopping({ restoreBestWeights: true })],
  // @ts-expect-error -- without a file
  ['csvLog', () => callbacks.csvLog({})],
  // @ts-expect-error -- a path, no options
  ['jsonLog', () => callbacks.jsonLog('run.jsonl')],
  // @ts-expect-error -- a file, where a folder is wanted
  ['tensorBoard', () => callbacks.tensorBoard({ file: 'events' })],
  // @ts-expect-error -- without a function
  ['listener', () => callbacks.listener('mine')],
]);

refused('schedules in use', [
  // @ts-expect-error -- no such unit
  ['a unit', () => schedule.cosine({ initial: 1, steps: 10, unit: 'batch' })],
  // @ts-expect-error -- a number, no schedule
  ['warm-up into a text', () => schedule.warmup({ steps: 5, into: 'cosine' })],
  // @ts-expect-error -- a list of texts
  ['piecewise', () => schedule.piecewise({ values: ['0.5', '0.9'], at: [5] })],
  // @ts-expect-error -- no such metric
  ['a plateau', () => schedule.plateau({ initial: 1, metric: 'validationLoss', factor: 0.5 })],
  // @ts-expect-error -- a text, no number
  ['momentum', () => optim.momentum({ momentum: 'high' })],
  // @ts-expect-error -- no schedule
  ['a batch size', () => trainer.fit(set, { epochs: 1, batchSize: { kind: 'grow' } })],
]);
