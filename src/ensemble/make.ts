/** Trains members that differ in their seeds or hyper-parameters. */
import { type Weights, checkWeights } from '../average/weights.js';
import { ThalwegError } from '../errors.js';
import { requireOptions, wrongType } from '../options.js';
import type { TrainerOptions } from '../train/trainer-options.js';
import { Trainer } from '../train/trainer.js';
import type { Space, Values } from '../search/space.js';
import { Study } from '../search/study.js';
import { seedOf } from '../search/trial-random.js';
import { checkList, checkSeed, isInstance } from '../values.js';
import { type Member, member } from './member.js';

/** Options of training members. */
export interface MakeOptions {
  /** Trains one member, such as `(trainer) => trainer.fit(…)`; its promise is awaited. */
  readonly train: (trainer: Trainer, name: string) => unknown;
  /** `'raw'` takes the latest weights, `'averaged'` their average. Default `'raw'`. */
  readonly weights?: Weights;
}

/** Options of {@link seeds}. */
export interface SeedsOptions extends MakeOptions {
  /** One seed for each member, all different. */
  readonly seeds: readonly (number | bigint)[];
}

function checkMake(path: string, options: unknown, known: readonly string[]): void {
  const { train, weights } = requireOptions(path, options, ['train', 'weights', ...known]);
  checkWeights(`${path}.weights`, weights);
  if (typeof train === 'function') return;
  throw wrongType(`${path}.train`, train, 'a function of a trainer');
}

/** Throws DUPLICATE where a seed occurs twice, because both members would be the same. */
function checkDifferent(seeds: readonly bigint[]): void {
  const again = seeds.findIndex((seed, i) => seeds.indexOf(seed) < i);
  if (again < 0) return;
  throw new ThalwegError({
    code: 'DUPLICATE',
    path: `seeds.seeds[${again}]`,
    received: `${seeds[again]!} a second time`,
    expected: 'each seed once',
  });
}

/** Trains members one after another, because each training already uses all threads. */
async function trainAll(
  runs: readonly (readonly [name: string, options: TrainerOptions])[],
  { train, weights = 'raw' }: MakeOptions,
): Promise<Member[]> {
  const members: Member[] = [];
  for (const [name, options] of runs) {
    using trainer = new Trainer(options);
    await train(trainer, name);
    members.push(member(trainer, { name, weights }));
  }
  return members;
}

/**
 * Trains members that differ in their initial weights, shuffles and dropout alone. It trains them one
 * after another, and names them `seed 1` and so on.
 *
 * @throws ThalwegError (as a rejection) RANGE, TYPE, SEED, DUPLICATE, UNKNOWN_OPTION, and what training throws
 * @example
 * const members = await ensemble.seeds(
 *   { model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() },
 *   { seeds: [1, 2, 3, 4, 5], train: (trainer) => trainer.fit(digits.train, { epochs: 5 }) },
 * );
 */
export async function seeds(
  trainer: Omit<TrainerOptions, 'seed'>,
  options: SeedsOptions,
): Promise<Member[]> {
  checkMake('seeds', options, ['seeds']);
  const expected = 'an array of at least one element';
  const list = checkList('seeds.seeds', options.seeds, expected, checkSeed, 1);
  checkDifferent(list);
  const runs = list.map((seed) => [`seed ${seed}`, { ...trainer, seed }] as const);
  return trainAll(runs, options);
}

/** A trial of a search, as a member is made of it. */
export interface SearchedTrial<S extends Space> {
  /** The number of the trial, from 0. */
  readonly number: number;
  /** The values of its parameters, by name. */
  readonly values: Values<S>;
  /** The seed that the trial had. */
  readonly seed: number;
}

/** Options of {@link trials} for a search. */
export interface TopOptions<S extends Space> extends MakeOptions {
  /** Returns the options of a trial's trainer. */
  readonly trainer: (trial: SearchedTrial<S>) => TrainerOptions;
  /** The number of trials, the best first, an integer, at least 1. Default 5. */
  readonly top?: number;
}

/** Returns the runs of a search's best trials. */
function bestRuns<S extends Space>(study: Study<S>, options: TopOptions<S>) {
  checkMake('trials', options, ['trainer', 'top']);
  if (typeof options.trainer !== 'function')
    throw wrongType('trials.trainer', options.trainer, 'a function of a trial');
  return study.top(options.top ?? 5).map(({ number, values }) => {
    const trial = { number, values, seed: seedOf(study.seed, number) };
    return [`trial ${number}`, options.trainer(trial)] as const;
  });
}

/**
 * Trains members that differ in their options, such as the optimizer, the learning rate or the model. It
 * trains them one after another.
 *
 * @param trials the options of each trainer, by the member's name
 * @throws ThalwegError (as a rejection) RANGE, TYPE, UNKNOWN_OPTION, and what training throws
 */
export async function trials(
  trials: Readonly<Record<string, TrainerOptions>>,
  options: MakeOptions,
): Promise<Member[]>;
/**
 * Trains the best trials of a search again, and names them `trial 17` and so on.
 *
 * @param study a search with at least one complete trial
 * @throws ThalwegError (as a rejection) RANGE, TYPE, UNKNOWN_OPTION, and what `trainer` and training throw
 */
export async function trials<S extends Space>(
  study: Study<S>,
  options: TopOptions<S>,
): Promise<Member[]>;
export async function trials<S extends Space>(
  trials: Readonly<Record<string, TrainerOptions>> | Study<S>,
  options: MakeOptions | TopOptions<S>,
): Promise<Member[]> {
  const isSearch = isInstance(trials, Study);
  if (!isSearch) checkMake('trials', options, []);
  const runs = isSearch
    ? bestRuns(trials, options as TopOptions<S>)
    : Object.entries(requireOptions('trials', trials, Object.keys(trials ?? {})));
  if (runs.length === 0)
    throw new ThalwegError({
      code: 'RANGE',
      path: 'trials',
      received: 'no trial',
      expected: 'at least one',
    });
  return trainAll(runs as unknown as [string, TrainerOptions][], options);
}
