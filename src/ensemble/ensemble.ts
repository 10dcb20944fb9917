/** Combines the predictions of several models. */
import type { Dataset } from '../data/dataset.js';
import { type DeviceName, resolveDevice } from '../device.js';
import { ThalwegError } from '../errors.js';
import { type Loss, type LossName, toLoss } from '../loss/loss.js';
import { planPrediction } from '../train/passes.js';
import { checkNumber, checkOneOf, checkOptions, describe, requireOptions } from '../options.js';
import { checkList, isList } from '../values.js';
import { type Combine, checkCombine, finish, outputKindOf } from './combine.js';
import { type Member, checkMembers } from './member.js';
import { Runner, type Combination } from './runner.js';
import { type EnsembleEvaluation, evaluationOf } from './scores.js';
import {
  type CurvePoint,
  type SelectionMetric,
  type SelectionRound,
  curveOf,
  disagreementOf,
  selectGreedily,
} from './study.js';

/** Options of an {@link Ensemble}. */
export interface EnsembleOptions {
  /** At least one member; all have the same input shape and the same output shape. */
  readonly members: readonly Member[];
  /** The loss that the members were trained with. It decides what their outputs mean. */
  readonly loss: LossName | Loss;
  /** The way to combine predictions. Default `'probability'`; `'mean'` for regressions. */
  readonly combine?: Combine;
  /** One weight for each member, at least 0 and not all 0. Default 1 each. */
  readonly weights?: readonly number[];
  /** The name of the device, as for a trainer. Default `'auto'`. */
  readonly device?: DeviceName;
}

/** Options of {@link Ensemble.select}. */
export interface SelectOptions {
  /** The number of rounds, each of which adds one member, an integer, at least 1. Default 20. */
  readonly rounds?: number;
  /** The score that each round improves. Default `'accuracy'`, or `'loss'` where there is none. */
  readonly metric?: SelectionMetric;
}

/** The result of {@link Ensemble.select}. */
export interface Selection {
  /** The chosen members, weighted by how often each was added. The caller must dispose of it. */
  readonly ensemble: Ensemble;
  /** All rounds, including those after the best score. */
  readonly rounds: readonly SelectionRound[];
}

function checkShares(path: string, weights: unknown, count: number): readonly number[] {
  if (weights === undefined) return Array.from({ length: count }, () => 1);
  if (!isList(weights) || weights.length !== count)
    throw new ThalwegError({
      code: isList(weights) ? 'SHAPE' : 'TYPE',
      path,
      received: describe(weights),
      expected: `${count} numbers, one a member`,
    });
  const checked = checkList(path, weights, '', (at, weight) => checkNumber(at, weight, { min: 0 }));
  if (checked.every((weight) => weight === 0))
    throw new ThalwegError({
      code: 'RANGE',
      path,
      received: 'nothing but 0',
      expected: 'at least one weight greater than 0',
    });
  return checked;
}

/**
 * Combines the predictions of several models (Hansen and Salamon 1990). The members may differ in their
 * seeds ({@link seeds}) or hyper-parameters ({@link trials}), or come from several epochs of one run
 * ({@link snapshots}). With `weights: 'averaged'`, these functions make members of averaged weights.
 * The ensemble owns native memory, so dispose of it.
 *
 * @example
 * const train = (trainer: Trainer) => trainer.fit(digits.train, { epochs: 5 });
 * const members = await ensemble.seeds(options, { seeds: [1, 2, 3], train });
 * using several = new ensemble.Ensemble({ members, loss: 'softmaxCrossEntropy' });
 * console.log((await several.evaluate(digits.test)).accuracy);
 */
export class Ensemble implements Disposable {
  /** The members in their order. */
  readonly members: readonly Member[];
  /** The loss that the members were trained with. */
  readonly loss: Loss;
  /** The way to combine predictions. */
  readonly combine: Combine;
  /** The weight of each member. */
  readonly weights: readonly number[];
  /** The device in use. */
  readonly device: DeviceName;
  readonly #combination: Combination;
  readonly #runner: Runner;

  /**
   * @throws ThalwegError RANGE, TYPE, SHAPE, MISSING, DUPLICATE, DTYPE, DETACHED, RESIZABLE, NO_DEVICE,
   * UNKNOWN_OPTION
   */
  constructor(options: EnsembleOptions) {
    requireOptions('ensemble', options, ['members', 'loss', 'combine', 'weights', 'device']);
    this.members = Object.freeze([...checkMembers('ensemble.members', options.members)]);
    this.loss = toLoss(options.loss);
    const outputKind = outputKindOf(this.loss);
    this.combine = checkCombine('ensemble.combine', options.combine, outputKind);
    this.weights = checkShares('ensemble.weights', options.weights, this.members.length);
    this.device = resolveDevice(options.device ?? 'auto');
    this.#combination = { loss: this.loss, outputKind, combine: this.combine };
    this.#runner = new Runner(this.members, this.#combination, this.device);
  }

  /**
   * Returns the combined predictions, [rows, outputs] in one array. For `softmaxCrossEntropy` they are
   * probabilities of classes, for `sigmoidCrossEntropy` probabilities of outputs, and for regressions
   * mean outputs. With `combine: 'vote'`, they are shares of votes.
   *
   * @param inputs rows × features numbers, one row after another, which must not change before the promise
   * settles; or a data set
   * @throws ThalwegError (as a rejection) DISPOSED, SHAPE, TYPE, DTYPE, DETACHED, RESIZABLE
   */
  async predict(inputs: Float32Array | Dataset): Promise<Float32Array> {
    const { rows } = planPrediction(inputs, {}, this.members[0]!.model);
    const sum = new Float64Array(rows * this.#runner.width);
    const parts = await this.#runner.contributions(inputs);
    parts.forEach((part, member) => {
      for (let i = 0; i < sum.length; i++) sum[i]! += this.weights[member]! * part[i]!;
    });
    return Float32Array.from(this.#finish(sum));
  }

  /**
   * Measures the mean loss over a data set, and the accuracy where the loss has one.
   *
   * @throws ThalwegError (as a rejection) DISPOSED, SHAPE, TYPE
   */
  async evaluate(dataset: Dataset): Promise<EnsembleEvaluation> {
    const { contributions, labels } = await this.#runner.memberOutputs(dataset);
    const sum = contributions[0]!.map((_, i) =>
      contributions.reduce((total, part, member) => total + this.weights[member]! * part[i]!, 0),
    );
    return evaluationOf(this.#finish(sum), labels, this.#runner.width, this.#combination);
  }

  /**
   * Measures each member alone, in the members' order.
   *
   * @throws ThalwegError (as a rejection) DISPOSED, SHAPE, TYPE
   */
  async evaluateMembers(dataset: Dataset): Promise<EnsembleEvaluation[]> {
    const { contributions, labels } = await this.#runner.memberOutputs(dataset);
    const { outputKind, combine } = this.#combination;
    return contributions.map((part) =>
      evaluationOf(
        finish(part, 1, this.#runner.width, outputKind, combine),
        labels,
        this.#runner.width,
        this.#combination,
      ),
    );
  }

  /**
   * Returns the share of decisions in which two members differ, for each pair: a symmetric matrix with 0
   * on the diagonal.
   *
   * @throws ThalwegError (as a rejection) UNSUPPORTED for regressions, DISPOSED, SHAPE, TYPE
   */
  async disagreement(dataset: Dataset): Promise<Float64Array[]> {
    return disagreementOf(await this.#runner.memberOutputs(dataset));
  }

  /**
   * Returns the accuracy of ensembles of each size, with equal weights. Up to eight members, it measures
   * all ensembles of each size. With more members, it measures the first members of 64 random orders.
   *
   * @throws ThalwegError (as a rejection) UNSUPPORTED where the loss has no accuracy, DISPOSED, SHAPE,
   * TYPE
   */
  async curve(dataset: Dataset): Promise<CurvePoint[]> {
    if (this.#combination.outputKind !== 'classes')
      throw new ThalwegError({
        code: 'UNSUPPORTED',
        path: 'ensemble.loss',
        received: this.loss.kind,
        expected: 'softmaxCrossEntropy, which has an accuracy',
      });
    return curveOf(await this.#runner.memberOutputs(dataset));
  }

  /**
   * Selects members by greedy forward selection with replacement (Caruana et al. 2004). Each round adds
   * the member that gives the ensemble the best score on the data set. The result has the members of all
   * rounds up to the first one with the best score.
   *
   * @param dataset a validation set on which no member was trained. The score on this set is too good,
   * because it chose the members
   * @throws ThalwegError (as a rejection) DISPOSED, SHAPE, TYPE, RANGE, UNKNOWN_OPTION
   */
  async select(dataset: Dataset, options: SelectOptions = {}): Promise<Selection> {
    checkOptions('select', options, ['rounds', 'metric']);
    const whole = { min: 1, integer: true };
    const count = checkNumber('select.rounds', options.rounds ?? 20, whole);
    const known: readonly SelectionMetric[] = [
      ...(this.#combination.outputKind === 'classes' ? (['accuracy'] as const) : []),
      ...(this.combine === 'vote' ? [] : (['loss'] as const)),
    ];
    if (known.length === 0)
      throw new ThalwegError({
        code: 'UNSUPPORTED',
        path: 'select.metric',
        received: "votes on independent outputs (combine: 'vote')",
        expected: 'predictions with a loss or an accuracy',
        remedy: "make the ensemble with combine: 'probability'",
      });
    const metric = checkOneOf('select.metric', options.metric ?? known[0], known);
    const { counts, rounds } = selectGreedily(
      await this.#runner.memberOutputs(dataset),
      count,
      metric,
    );
    const ensemble = new Ensemble({
      members: this.members.filter((_, i) => counts[i]! > 0),
      loss: this.loss,
      combine: this.combine,
      weights: counts.filter((taken) => taken > 0),
      device: this.device,
    });
    return { ensemble, rounds };
  }

  /** Frees all memory; later calls throw DISPOSED. */
  dispose(): void {
    this.#runner.dispose();
  }

  /** Calls {@link Ensemble.dispose}, so that `using` works. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #finish(sum: Float64Array): Float64Array {
    const total = this.weights.reduce((a, b) => a + b, 0);
    return finish(sum, total, this.#runner.width, this.#combination.outputKind, this.combine);
  }
}
