import { describe, expect, it } from 'vitest';
import { optim } from '../../src/index.js';
import type { Optimizer } from '../../src/optim/define.js';
import { oracleFor } from '../oracle/optimizers.js';
import { floats, generator, largestError } from '../oracle/random.js';

/** Every rule, with its defaults and with unusual options. */
const cases: readonly (readonly [string, Optimizer])[] = [
  ['sgd', optim.sgd()],
  ['sgd, l2 and decay', optim.sgd({ learningRate: 0.3, l2: 0.02, weightDecay: 0.1 })],
  ['momentum', optim.momentum()],
  ['momentum, displacement', optim.momentum({ form: 'displacement', momentum: 0.5 })],
  ['momentum, averaged', optim.momentum({ form: 'averaged', momentum: 0.99 })],
  ['momentum 0', optim.momentum({ momentum: 0 })],
  ['nesterov', optim.nesterov()],
  ['nesterov, l2', optim.nesterov({ momentum: 0.95, l2: 1e-3 })],
  ['adagrad', optim.adagrad()],
  ['adagrad, accumulator', optim.adagrad({ initialAccumulator: 0.1, epsilon: 1e-3 })],
  ['rmsprop', optim.rmsprop()],
  ['rmsprop, momentum', optim.rmsprop({ momentum: 0.8, decay: 0.99, epsilon: 1e-6 })],
  // In the centered form the variance is a difference of like numbers, so an early step is
  // sensitive; a larger epsilon keeps the comparison about the rule.
  ['rmsprop, centered', optim.rmsprop({ centered: true, epsilon: 1e-2 })],
  ['rmsprop, both', optim.rmsprop({ centered: true, momentum: 0.7, epsilon: 1e-2 })],
  ['adadelta', optim.adadelta()],
  ['adadelta, odd', optim.adadelta({ decay: 0.5, epsilon: 1e-3, learningRate: 0.1 })],
  ['adam', optim.adam()],
  ['adam, uncorrected', optim.adam({ biasCorrection: false })],
  ['adam, odd', optim.adam({ beta1: 0.5, beta2: 0.9, epsilon: 1e-3, learningRate: 0.1 })],
  ['adam, beta 0', optim.adam({ beta1: 0, beta2: 0 })],
  ['adam, l2', optim.adam({ l2: 0.01 })],
  ['amsgrad', optim.adam({ amsgrad: true, beta2: 0.9 })],
  ['adamW', optim.adamW()],
  ['adamW, both decays', optim.adamW({ weightDecay: 0.1, l2: 0.01 })],
  ['adamax', optim.adamax()],
  ['nadam', optim.nadam()],
  ['nadam, odd', optim.nadam({ momentumDecay: 0.1, beta1: 0.8 })],
  ['radam', optim.radam()],
  ['radam, short memory', optim.radam({ beta2: 0.9 })],
  ['lion', optim.lion()],
  ['lamb', optim.lamb()],
  ['lamb, odd', optim.lamb({ beta1: 0.5, beta2: 0.9, epsilon: 1e-3, weightDecay: 0.1 })],
  ['lamb, uncorrected, l2', optim.lamb({ biasCorrection: false, l2: 0.05, weightDecay: 0 })],
  ['lars', optim.lars()],
  ['lars, odd', optim.lars({ learningRate: 0.3, momentum: 0.5, trustCoefficient: 0.1 })],
  ['lars, l2', optim.lars({ momentum: 0, l2: 0.05, weightDecay: 0 })],
  ['lion, decay', optim.lion({ weightDecay: 0.1, learningRate: 1e-3 })],
];

describe('each rule against the papers in float64', () => {
  it.each(cases)('%s, 300 steps', (_, optimizer) => {
    const random = generator(17);
    const length = 67; // odd, to cover vector bodies and tails
    const weight = floats(random, length);
    const wide = Float64Array.from(weight);
    const states = Array.from({ length }, () => ({}));
    const rule = oracleFor(optimizer);
    using stepper = optim.bind(optimizer, { weight });
    for (let step = 1; step <= 300; step++) {
      const gradient = floats(random, length);
      stepper.step({ weight: gradient });
      rule(wide, gradient, step, states);
    }
    // 300 roundings of a float32 weight, each half an ulp (6e-8), add up to at most 1.8e-5.
    expect(largestError(weight, wide, 1)).toBeLessThan(2e-5);
  });
});

describe('relations between rules', () => {
  const run = (optimizer: Optimizer, steps = 50): Float32Array => {
    const random = generator(3);
    const weight = floats(random, 33);
    using stepper = optim.bind(optimizer, { weight });
    for (let i = 0; i < steps; i++) stepper.step({ weight: floats(random, 33) });
    return weight;
  };

  it('displacement is heavy ball while the rate is constant', () => {
    const a = run(optim.momentum({ form: 'displacement' }));
    expect(largestError(a, run(optim.momentum()), 1)).toBeLessThan(1e-6);
  });

  it('averaged with rate η/(1−μ) is heavy ball', () => {
    const a = run(optim.momentum({ form: 'averaged', learningRate: 0.1, momentum: 0.9 }));
    expect(largestError(a, run(optim.momentum({ learningRate: 0.01 })), 1)).toBeLessThan(1e-6);
  });

  it('momentum 0 is sgd, to the bit', () => {
    expect(run(optim.momentum({ momentum: 0 }))).toEqual(run(optim.sgd()));
    expect(run(optim.nesterov({ momentum: 0 }))).toEqual(run(optim.sgd()));
  });

  it('adamW without decay is adam, to the bit', () => {
    expect(run(optim.adamW({ weightDecay: 0 }))).toEqual(run(optim.adam()));
  });

  it('nesterov is the look-ahead form after a change of variable', () => {
    // The look-ahead form is v' = μv − ηg(w + μv), w' = w + v'; ours tracks w + μv.
    const [eta, mu, a] = [0.05, 0.9, 3];
    let w = 2;
    let v = 0;
    const lookahead = Float32Array.of(2);
    using stepper = optim.bind(optim.nesterov({ learningRate: eta, momentum: mu }), { lookahead });
    for (let i = 0; i < 30; i++) {
      stepper.step({ lookahead: Float32Array.of(a * lookahead[0]!) });
      v = mu * v - eta * a * (w + mu * v);
      w += v;
      expect(lookahead[0]).toBeCloseTo(w + mu * v, 5);
    }
  });
});
