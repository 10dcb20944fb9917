/**
 * The types refuse these lines twice: `tsc -p tsconfig.test.json` fails where an expected error is
 * absent, and a ThalwegError comes at run time, for callers in JavaScript.
 */
import {
  average,
  callbacks,
  chart,
  data,
  ensemble,
  io,
  metrics,
  nn,
  progress,
  schedule,
  Trainer,
  tune,
} from '../../src/index.js';
import { model, optimizer, refused, stepper, weight } from './refusals.js';

const set = data.fromArrays({
  inputs: new Float32Array(4),
  shape: [2, 2],
  labels: new Int32Array(2),
});

const trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer });

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
