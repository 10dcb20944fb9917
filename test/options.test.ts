/** Suggestions for names that do not exist. */
import { describe, expect, it } from 'vitest';
import { nn } from '../src/index.js';
import { checkOneOf, suggestion } from '../src/options.js';
import { failure } from './oracle/failure.js';

const adam = ['learningRate', 'beta1', 'beta2', 'epsilon', 'l2', 'weightDecay', 'amsgrad'];
const fit = ['epochs', 'batchSize', 'validation', 'shuffle'];
const losses = ['softmaxCrossEntropy', 'sigmoidCrossEntropy', 'meanSquaredError', 'huber'];

describe('a name', () => {
  it.each([
    ['misspelt', 'lerningRate', adam, 'learningRate'],
    ['of PyTorch', 'lr', adam, 'learningRate'],
    ['of PyTorch', 'eps', adam, 'epsilon'],
    ['of PyTorch', 'weight_decay', adam, 'weightDecay'],
    ['of Keras', 'batch_size', fit, 'batchSize'],
    ['of tfjs', 'validationData', fit, 'validation'],
    ['of tfjs', 'mse', losses, 'meanSquaredError'],
    ['in another case', 'ADAM', ['sgd', 'adam'], 'adam'],
  ])('%s, %s, is told the right one', (_, name, known, expected) => {
    expect(suggestion(name, known)).toBe(`did you mean \`${expected}\`?`);
  });

  it('like no other is told all there are, once', async () => {
    expect(suggestion('verbose', fit)).toBe('use one of epochs, batchSize, validation, shuffle');
    const { message } = await failure(() => checkOneOf('last', 'wrap', ['keep', 'drop']));
    expect(message).toBe("expected 'keep' or 'drop' for `last`, received \"wrap\"");
  });
});

it('softmax as an activation is told where it goes', async () => {
  const { code, remedy } = await failure(() => nn.dense(10, { activation: 'softmax' as never }));
  expect([code, remedy]).toEqual([
    'RANGE',
    'leave it out for the loss softmaxCrossEntropy, which applies it; else add nn.softmax()',
  ]);
});
