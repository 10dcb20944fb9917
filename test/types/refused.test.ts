/**
 * The types refuse these lines twice: `tsc -p tsconfig.test.json` fails where an expected error is
 * absent, and a ThalwegError comes at run time, for callers in JavaScript.
 */
import { device, ensemble, loss, nn, optim, schedule, Trainer } from '../../src/index.js';
import { model, optimizer, refused, stepper, weight } from './refusals.js';

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
