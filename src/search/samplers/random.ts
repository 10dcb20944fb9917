/** Draws each trial at random, independently of all others. */
import type { AnyValues } from '../parameters.js';
import {
  type Sampler,
  type SamplerSetting,
  mostAttempts,
  refusedByConstraint,
} from '../sampler.js';
import { valuesAt } from '../coordinates.js';
import { TrialRandom, use } from '../trial-random.js';

/** Returns random values of a trial that the constraint accepts. */
export function drawValues(setting: SamplerSetting, trial: number): AnyValues {
  const { parameters, seed, accepts } = setting;
  const random = new TrialRandom({ seed, trial, use: use.values });
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    // Each parameter takes its number also where the trial lacks it, so that others do not change.
    const point = parameters.map(() => random.uniform());
    const values = valuesAt(parameters, (index) => point[index]!);
    if (accepts(values)) return values;
  }
  throw refusedByConstraint();
}

/**
 * Makes a sampler that draws every trial at random. It is better than a grid where few parameters matter
 * (Bergstra and Bengio 2012, "Random search for hyper-parameter optimization"). A trial's values depend only
 * on the study's seed and the trial's number.
 */
export function random(): Sampler {
  return {
    name: 'random',
    begin: (setting) => ({ propose: (number) => ({ values: drawValues(setting, number) }) }),
  };
}
