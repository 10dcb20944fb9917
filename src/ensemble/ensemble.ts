/** Several models as one. */
import { checkArray } from '../arrays.js';
import type { Dataset } from '../data/dataset.js';
import { type DeviceName, resolveDevice } from '../device.js';
import { ThalwegError } from '../errors.js';
import { type Loss, type LossName, toLoss } from '../loss/loss.js';
import { elements } from '../nn/layer.js';
import { checkNumber, checkOneOf, checkOptions, describe, requireOptions } from '../options.js';
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
  /** At least one, of one input and one output shape. */
  readonly members: readonly Member[];
  /** What the members were trained with; it says what their outputs mean. */
  readonly loss: LossName | Loss;
  /** How predictions become one. Default `'probability'`; `'mean'` for regressions. */
  readonly combine?: Combine;
  /** A weight for each member, at least 0 and not all 0. Default 1 each. */
  readonly weights?: readonly number[];
  /** The device, named as a trainer's. Default `'auto'`. */
  readonly device?: DeviceName;
}

/** Options of {@link Ensemble.select}. */
export interface SelectOptions {
  /** Members taken in, with repetition; an integer, at least 1. Default 20. */
  readonly rounds?: number;
  /** What each round improves. Default `'accuracy'`, or `'loss'` where there is none. */
  readonly metric?: SelectionMetric;
}

/** What {@link Ensemble.select} found. */
export interface Selection {
  /** The members that were chosen, weighted by how often; the caller's to dispose of. */
  readonly ensemble: Ensemble;
  /** All rounds, also those after the best. */
  readonly rounds: readonly SelectionRound[];
}

function checkShares(path: string, weights: unknown, count: number): readonly number[] {
  if (weights === undefined) return Array.from({ length: count }, () => 1);
  if (!Array.isArray(weights) || weights.length !== count)
    throw new ThalwegError({
      code: Array.isArray(weights) ? 'SHAPE' : 'TYPE',
      path,
      received: describe(weights),
      expected: `${count} numbers, one a member`,
    });
  const checked = weights.map((weight, i) => checkNumber(`${path}[${i}]`, weight, { min: 0 }));
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
 * Several models as one (Hansen and Salamon 1990). Its members may come from other seeds
 * ({@link seeds}), other hyper-parameters ({@link trials}), moments of one run ({@link snapshots}), or
 * averages of weights (each of them with `weights: 'averaged'`). Owns native memory: dispose of it.
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
  /** What they were trained with. */
  readonly loss: Loss;
  /** How predictions become one. */
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
   * Probabilities by class, or by output for `sigmoidCrossEntropy` (`combine: 'vote'`: shares of
   * votes), or mean outputs for regressions; [rows, outputs] in one array.
   *
   * @param inputs rows × features, one row after another; not to be changed before the call is done
   * @throws ThalwegError (as a rejection) DISPOSED, SHAPE, TYPE, DTYPE, DETACHED, RESIZABLE
   */
  async predict(inputs: Float32Array): Promise<Float32Array> {
    checkArray('inputs', inputs, Float32Array);
    const features = elements(this.members[0]!.model.input);
    if (inputs.length % features !== 0)
      throw new ThalwegError({
        code: 'SHAPE',
        path: 'inputs',
        received: `${inputs.length} numbers`,
        expected: `a multiple of the models' ${features} inputs`,
      });
    const sum = new Float64Array((inputs.length / features) * this.#runner.width);
    const parts = await this.#runner.contributions(inputs);
    parts.forEach((part, member) => {
      for (let i = 0; i < sum.length; i++) sum[i]! += this.weights[member]! * part[i]!;
    });
    return Float32Array.from(this.#finish(sum));
  }

  /**
   * Mean loss over a data set, and accuracy where the loss has one.
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
   * Each member alone.
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
   * Share of decisions in which two members differ, for each pair; symmetric, 0 on the diagonal.
   *
   * @throws ThalwegError (as a rejection) UNSUPPORTED for regressions, DISPOSED, SHAPE, TYPE
   */
  async disagreement(dataset: Dataset): Promise<Float64Array[]> {
    return disagreementOf(await this.#runner.memberOutputs(dataset));
  }

  /**
   * Accuracy against size, of equally weighted members: over all ensembles of each size, where there
   * are at most eight members, or over the beginnings of 64 random orders.
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
   * Greedy forward selection with replacement (Caruana et al. 2004): each round takes in the member
   * that makes the ensemble best, on data that none was trained on; kept is the shortest run of rounds
   * with the best score.
   *
   * @param dataset a validation set: what was used to select flatters the result
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
        received: "votes on outputs by themselves (combine: 'vote')",
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

  /** Calls {@link Ensemble.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #finish(sum: Float64Array): Float64Array {
    const total = this.weights.reduce((a, b) => a + b, 0);
    return finish(sum, total, this.#runner.width, this.#combination.outputKind, this.combine);
  }
}
