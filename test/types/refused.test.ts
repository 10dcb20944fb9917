/**
 * The types refuse these lines twice: `tsc -p tsconfig.test.json` fails where an expected error is
 * absent, and a ThalwegError comes at run time, for callers in JavaScript.
 */
import { describe, expect, it } from 'vitest';
import {
  average,
  callbacks,
  chart,
  data,
  device,
  ensemble,
  io,
  loss,
  metrics,
  nn,
  optim,
  progress,
  schedule,
  Trainer,
  tune,
} from '../../src/index.js';
import { failure } from '../oracle/failure.js';

type Cases = readonly (readonly [string, () => unknown])[];

/** Makes one test for each case: it must throw, or reject with, a coded error. */
function refused(what: string, cases: Cases): void {
  describe(what, () => {
    it.each(cases)('%s', async (_, body) => {
      const { code, path } = await failure(body);
      expect(code).toMatch(/^(TYPE|RANGE|DTYPE|SHAPE|SEED|NO_DEVICE|MISSING|UNKNOWN_OPTION)$/);
      expect(path).not.toBe('');
    });
  });
}

const model = nn.sequential({ input: [2] }, nn.dense(2));
const set = data.fromArrays({
  inputs: new Float32Array(4),
  shape: [2, 2],
  labels: new Int32Array(2),
});
const optimizer = optim.adam();
const trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer });
const weight = new Float32Array(2);
const stepper = optim.bind(optimizer, { weight });

refused('optimizers', [
  // @ts-expect-error -- a misspelt name
  ['adam beta1s', () => optim.adam({ beta1s: 0.9 })],
  // @ts-expect-error -- a text, no number
  ['adam beta1 text', () => optim.adam({ beta1: '0.9' })],
  // @ts-expect-error -- of another optimizer
  ['sgd momentum', () => optim.sgd({ momentum: 0.9 })],
  // @ts-expect-error -- of another optimizer
  ['lion epsilon', () => optim.lion({ epsilon: 1e-8 })],
  // @ts-expect-error -- no such form
  ['momentum form', () => optim.momentum({ form: 'ball' })],
  // @ts-expect-error -- not a flag
  ['rmsprop centered', () => optim.rmsprop({ centered: 1 })],
  // @ts-expect-error -- no such model
  ['compat', () => optim.adam({ compat: 'pytorch' })],
  // @ts-expect-error -- a text, no number
  ['learning rate text', () => optim.adam({ learningRate: '1e-3' })],
  // @ts-expect-error -- no such schedule
  ['schedule kind', () => optim.adam({ learningRate: { kind: 'cosin', initial: 1, steps: 2 } })],
  // @ts-expect-error -- without a pattern
  ['group without match', () => optim.adam({ groups: [{ weightDecay: 0 }] })],
  // @ts-expect-error -- a misspelt name
  ['group option', () => optim.adam({ groups: [{ match: '*', learningrate: 0 }] })],
]);

refused('stepping', [
  // @ts-expect-error -- another element type
  ['parameters of doubles', () => optim.bind(optimizer, { weight: new Float64Array(2) })],
  // @ts-expect-error -- no typed array
  ['parameters of numbers', () => optim.bind(optimizer, { weight: [1, 2] })],
  // @ts-expect-error -- a name, no description
  ['an optimizer by name', () => optim.bind('adam', { weight })],
  // @ts-expect-error -- no such policy
  ['policy', () => optim.bind(optimizer, { weight }, { nonFinite: 'ignore' })],
  // @ts-expect-error -- no such bound
  ['clip', () => optim.bind(optimizer, { weight }, { clip: { norm: 1 } })],
  // @ts-expect-error -- not a flag
  ['reportNorm', () => optim.bind(optimizer, { weight }, { reportNorm: 'yes' })],
  // @ts-expect-error -- not a text
  ['device', () => optim.bind(optimizer, { weight }, { device: 0 })],
  // @ts-expect-error -- no typed array
  ['a gradient of numbers', () => stepper.step({ weight: [0, 0] })],
  // @ts-expect-error -- without slots
  ['a state without slots', () => stepper.restore({ version: 1, rule: 'adam' })],
]);

refused('schedules', [
  // @ts-expect-error -- without steps
  ['cosine', () => schedule.cosine({ initial: 1 })],
  // @ts-expect-error -- a misspelt name
  ['warmUp', () => schedule.cosine({ initial: 1, steps: 10, warmUp: 1 })],
  // @ts-expect-error -- a text, no number
  ['constant', () => schedule.constant('1')],
  // @ts-expect-error -- without every
  ['stepDecay', () => schedule.stepDecay({ initial: 1, factor: 0.5 })],
  // @ts-expect-error -- of another schedule
  ['exponential', () => schedule.exponential({ initial: 1, factor: 0.5 })],
  // @ts-expect-error -- without a rate
  ['inverseTime', () => schedule.inverseTime({ initial: 1 })],
]);

refused('models', [
  // @ts-expect-error -- a text, no number
  ['units', () => nn.dense('128')],
  // @ts-expect-error -- no such activation
  ['activation', () => nn.dense(4, { activation: 'swish' })],
  // @ts-expect-error -- a misspelt name
  ['dense option', () => nn.dense(4, { usebias: false })],
  // @ts-expect-error -- no such initialiser
  ['initialiser', () => nn.dense(4, { weightInitializer: 'xavier' })],
  // @ts-expect-error -- no such form
  ['gelu', () => nn.gelu({ approximate: 'erf' })],
  // @ts-expect-error -- of another activation
  ['relu', () => nn.relu({ slope: 0.1 })],
  // @ts-expect-error -- an object, no number
  ['dropout', () => nn.dropout({ rate: 0.1 })],
  // @ts-expect-error -- a number, no list
  ['input', () => nn.sequential({ input: 784 }, nn.dense(10))],
  // @ts-expect-error -- without an input
  ['no input', () => nn.sequential({}, nn.dense(10))],
  // @ts-expect-error -- an optimizer
  ['a layer that is none', () => nn.sequential({ input: [4] }, optimizer)],
]);

refused('losses', [
  // @ts-expect-error -- a text, no number
  ['delta', () => loss.huber({ delta: '1' })],
  // @ts-expect-error -- no such loss
  ['name', () => new Trainer({ model, loss: 'crossEntropy', optimizer })],
  // @ts-expect-error -- without delta
  ['description', () => new Trainer({ model, loss: { kind: 'huber' }, optimizer })],
]);

refused('the trainer', [
  // @ts-expect-error -- without a model
  ['no model', () => new Trainer({ loss: 'huber', optimizer })],
  // @ts-expect-error -- without a loss
  ['no loss', () => new Trainer({ model, optimizer })],
  // @ts-expect-error -- a name, no description
  ['optimizer', () => new Trainer({ model, loss: 'huber', optimizer: 'adam' })],
  // @ts-expect-error -- a misspelt name
  ['option', () => new Trainer({ model, loss: 'huber', optimizer, sead: 1 })],
  // @ts-expect-error -- a text, no number
  ['seed', () => new Trainer({ model, loss: 'huber', optimizer, seed: '1' })],
  // @ts-expect-error -- a number, no list
  ['clip', () => new Trainer({ model, loss: 'huber', optimizer, clip: 1 })],
]);

refused('devices', [
  // @ts-expect-error -- no such device
  ['gpu', () => new Trainer({ model, loss: 'huber', optimizer, device: 'gpu' })],
  // @ts-expect-error -- no such instruction set
  ['cpu:sse', () => new Trainer({ model, loss: 'huber', optimizer, device: 'cpu:sse' })],
  // @ts-expect-error -- a word, no number
  ['cuda:first', () => new Trainer({ model, loss: 'huber', optimizer, device: 'cuda:first' })],
  // @ts-expect-error -- a number, no name
  ['number', () => new Trainer({ model, loss: 'huber', optimizer, device: 0 })],
  // @ts-expect-error -- of another library
  ['bind', () => optim.bind(optimizer, { weight }, { device: 'cuda0' })],
  // @ts-expect-error -- no such device
  ['ensemble', () => new ensemble.Ensemble({ members: [], loss: 'huber', device: 'tpu' })],
  // @ts-expect-error -- a misspelt name
  ['explain', () => device.explain('CPU')],
]);

refused('fit, evaluate, predict', [
  // @ts-expect-error -- without epochs
  ['no epochs', () => trainer.fit(set, {})],
  // @ts-expect-error -- without options
  ['no options', () => trainer.fit(set)],
  // @ts-expect-error -- no such size
  ['batchSize', () => trainer.fit(set, { epochs: 1, batchSize: 'all' })],
  // @ts-expect-error -- of the shuffler
  ['last', () => trainer.fit(set, { epochs: 1, last: 'mask' })],
  // @ts-expect-error -- not a data set
  ['validation', () => trainer.fit(set, { epochs: 1, validation: 'test' })],
  // @ts-expect-error -- the controller, not its signal
  ['signal', () => trainer.fit(set, { epochs: 1, signal: new AbortController() })],
  // @ts-expect-error -- no function
  ['onEvent', () => trainer.fit(set, { epochs: 1, onEvent: 'log' })],
  // @ts-expect-error -- not a data set
  ['a data set', () => trainer.fit('train', { epochs: 1 })],
  // @ts-expect-error -- not for evaluation
  ['evaluate', () => trainer.evaluate(set, { batchSize: 'full' })],
  // @ts-expect-error -- no such weights
  ['evaluate weights', () => trainer.evaluate(set, { weights: 'ema' })],
  // @ts-expect-error -- no such weights
  ['validationWeights', () => trainer.fit(set, { epochs: 1, validationWeights: 'best' })],
  // @ts-expect-error -- a number, no description
  ['average', () => new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer, average: 0.9 })],
  // @ts-expect-error -- of another average
  ['swa decay', () => average.swa({ decay: 0.9 })],
  // @ts-expect-error -- no such way
  ['combine', () => new ensemble.Ensemble({ members: [], loss: 'huber', combine: 'median' })],
  // @ts-expect-error -- without training
  ['ensemble seeds', () => ensemble.seeds({ model, loss: 'huber', optimizer }, { seeds: [1] })],
  // @ts-expect-error -- a misspelt unit
  ['ema unit', () => average.ema({ unit: 'epochs' })],
  // @ts-expect-error -- a list of numbers
  ['predict', () => trainer.predict([1, 2])],
  // @ts-expect-error -- a list of numbers
  ['gradients', () => trainer.gradients(set, [0, 1])],
  // @ts-expect-error -- a list of numbers
  ['setParameters', () => trainer.setParameters({ 'dense1.weight': [1, 2, 3, 4] })],
]);

refused('data', [
  // @ts-expect-error -- another element type
  ['inputs', () => data.fromArrays({ inputs: new Float64Array(4), shape: [2, 2] })],
  // @ts-expect-error -- without a shape
  ['no shape', () => data.fromArrays({ inputs: weight })],
  // @ts-expect-error -- a list of numbers
  ['labels', () => data.fromArrays({ inputs: weight, shape: [2, 1], labels: [0, 1] })],
  // @ts-expect-error -- a list of numbers
  ['indices', () => data.gather(set, [0])],
  // @ts-expect-error -- without a batch size
  ['no batch size', () => new data.Shuffler({ length: 10 })],
  // @ts-expect-error -- no such end
  ['last', () => new data.Shuffler({ length: 10, batchSize: 2, last: 'pad' })],
  // @ts-expect-error -- a text, no number
  ['seed', () => new data.Shuffler({ length: 10, batchSize: 2, seed: '7' })],
  // @ts-expect-error -- a misspelt name
  ['option', () => new data.Shuffler({ length: 10, batchsize: 2 })],
  // @ts-expect-error -- without a world
  ['shard', () => new data.Shuffler({ length: 10, batchSize: 2, shard: { rank: 0 } })],
  // @ts-expect-error -- without a position
  ['shuffledIndex', () => data.shuffledIndex({ length: 10 })],
  // @ts-expect-error -- another element type
  ['permutation', () => data.permutation({ length: 2, out: new Int32Array(2) })],
  // @ts-expect-error -- a path, no options
  ['mnist', () => data.mnist('folder')],
]);

refused('callbacks, metrics, monitors', [
  // @ts-expect-error -- a misspelt name
  ['earlyStopping patiance', () => callbacks.earlyStopping({ patiance: 3 })],
  // @ts-expect-error -- without a file
  ['csvLog', () => callbacks.csvLog({})],
  // @ts-expect-error -- no path
  ['jsonLog', () => callbacks.jsonLog({ file: 1 })],
  // @ts-expect-error -- without a folder
  ['tensorBoard', () => callbacks.tensorBoard({ every: 1 })],
  // @ts-expect-error -- without a function
  ['listener', () => callbacks.listener('a')],
  // @ts-expect-error -- without a name
  ['callback', () => trainer.fit(set, { epochs: 1, callbacks: [{ epoch: () => 1 }] })],
  // @ts-expect-error -- no array
  ['callbacks', () => trainer.fit(set, { epochs: 1, callbacks: callbacks.progress() })],
  // @ts-expect-error -- no such metric
  ['metrics of evaluate', () => trainer.evaluate(set, { metrics: ['acuracy'] })],
  // @ts-expect-error -- no such metric
  ['metrics of fit', () => trainer.fit(set, { epochs: 1, validation: set, metrics: ['auc'] })],
  // @ts-expect-error -- a text, no number
  ['topK', () => metrics.topK('5')],
  // @ts-expect-error -- no such average
  ['f1', () => metrics.f1({ average: 'mean' })],
  // @ts-expect-error -- a number, no options
  ['monitor', () => trainer.fit(set, { epochs: 1, monitor: 100 })],
  // @ts-expect-error -- a misspelt name
  ['monitor option', () => trainer.fit(set, { epochs: 1, monitor: { evry: 100 } })],
  // @ts-expect-error -- a misspelt name
  ['findLearningRate', () => tune.findLearningRate(trainer, set, { min: 1e-6 })],
  // @ts-expect-error -- no list
  ['adviseBatchSize', () => tune.adviseBatchSize(trainer, set, { sizes: 64 })],
  // @ts-expect-error -- a misspelt name
  ['sanityCheck', () => tune.sanityCheck(trainer, set, { row: 64 })],
]);

refused('files and output', [
  [
    'element type',
    // @ts-expect-error -- no such type
    () => io.writeSafetensors('never', [{ name: 'a', dtype: 'F8', shape: [2], data: weight }]),
  ],
  // @ts-expect-error -- a misspelt name
  ['progress', () => progress({ fps: 30 })],
  // @ts-expect-error -- not a stream
  ['stream', () => progress({ stream: 'stderr' })],
  // @ts-expect-error -- without series
  ['chart', () => chart.lines({ title: '', xLabel: '', leftLabel: '' })],
]);

// Without any argument.
refused('nothing at all', [
  // @ts-expect-error -- without options
  ['Trainer', () => new Trainer()],
  // @ts-expect-error -- without options
  ['sequential', () => nn.sequential()],
  // @ts-expect-error -- without options
  ['fromArrays', () => data.fromArrays()],
  // @ts-expect-error -- without options
  ['Shuffler', () => new data.Shuffler()],
  // @ts-expect-error -- without options
  ['cosine', () => schedule.cosine()],
  // @ts-expect-error -- without gradients
  ['step', () => stepper.step()],
  // @ts-expect-error -- without a state
  ['restore', () => stepper.restore()],
]);
