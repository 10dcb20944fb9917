/** A small space, and an objective over it. */
import { search } from '../../src/index.js';

export const space = { x: search.uniform(-1, 1), kind: search.choice(['a', 'b']) };

export const objective = ({ values }: search.Trial<search.Values<typeof space>>): number =>
  (values.x - 0.3) ** 2 + (values.kind === 'a' ? 0 : 0.1);

/** Returns what the values of trials are, without times. */
export const valuesOf = (study: search.Study<typeof space>): unknown[] =>
  study.trials.map(({ number, state, values, value }) => ({ number, state, values, value }));
