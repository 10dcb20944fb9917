/** Analyses members' outputs on one data set: greedy selection, disagreement, accuracy curves. */
import { permutation } from '../data/order.js';
import type { Loss } from '../loss/loss.js';
import { type Combine, type OutputKind, decisions, finish } from './combine.js';
import { type EnsembleEvaluation, type Labels, evaluationOf } from './scores.js';

/** The contributions of all members to the predictions for the rows of a data set. */
export interface MemberOutputs {
  readonly contributions: readonly Float64Array[];
  readonly labels: Labels;
  readonly width: number;
  readonly loss: Loss;
  readonly outputKind: OutputKind;
  readonly combine: Combine;
}

function scoreOf(
  sum: Float64Array,
  total: number,
  memberOutputs: MemberOutputs,
): EnsembleEvaluation {
  const { labels, width, outputKind, combine } = memberOutputs;
  return evaluationOf(finish(sum, total, width, outputKind, combine), labels, width, memberOutputs);
}

function add(sum: Float64Array, contribution: Float64Array): Float64Array {
  return sum.map((value, i) => value + contribution[i]!);
}

/** The score that a selection improves. */
export type SelectionMetric = 'accuracy' | 'loss';

/** One round of a selection. */
export interface SelectionRound {
  /** The index of the member that the round added. */
  readonly member: number;
  /** The score of the ensemble with this member. */
  readonly score: number;
}

/**
 * Selects members by forward selection with replacement (Caruana et al. 2004). Each round adds the
 * member that gives the ensemble the best score, the first one among equals. `counts` holds how often
 * each member was added up to the first round with the best score.
 */
export function selectGreedily(
  memberOutputs: MemberOutputs,
  rounds: number,
  metric: SelectionMetric,
): { readonly counts: readonly number[]; readonly rounds: readonly SelectionRound[] } {
  const { contributions } = memberOutputs;
  const better = (a: number, b: number): boolean => (metric === 'loss' ? a < b : a > b);
  const taken: SelectionRound[] = [];
  let sum = new Float64Array(contributions[0]!.length);
  for (let round = 1; round <= rounds; round++) {
    let best: SelectionRound | undefined;
    for (const [member, contribution] of contributions.entries()) {
      const score = scoreOf(add(sum, contribution), round, memberOutputs)[metric]!;
      if (best === undefined || better(score, best.score)) best = { member, score };
    }
    sum = add(sum, contributions[best!.member]!) as typeof sum;
    taken.push(best!);
  }
  const end = taken.reduce((at, { score }, i) => (better(score, taken[at]!.score) ? i : at), 0);
  const counts = contributions.map(
    (_, index) => taken.slice(0, end + 1).filter(({ member }) => member === index).length,
  );
  return { counts, rounds: taken };
}

/** Returns the share of decisions in which two members differ, for each pair. */
export function disagreementOf({
  contributions,
  width,
  outputKind,
  combine,
}: MemberOutputs): Float64Array[] {
  const decided = contributions.map((one) =>
    decisions(finish(one, 1, width, outputKind, combine), width, outputKind),
  );
  return decided.map((a) =>
    Float64Array.from(decided, (b) => {
      let differing = 0;
      a.forEach((decision, i) => (differing += Number(decision !== b[i])));
      return differing / a.length;
    }),
  );
}

/** The accuracy of ensembles of one size. */
export interface CurvePoint {
  /** The number of members. */
  readonly size: number;
  /** The mean accuracy over the measured ensembles, in [0, 1]. */
  readonly accuracy: number;
  /** The lowest accuracy of a measured ensemble. */
  readonly lowest: number;
  /** The highest accuracy of a measured ensemble. */
  readonly highest: number;
  /** The number of measured ensembles. */
  readonly ensembles: number;
}

/** Up to this many members, every ensemble of each size is measured. */
const mostExhaustive = 8;
/** The number of random orders that are measured with more members. */
const orders = 64;

/** Visits each non-empty set of members once, with its size and its sum of contributions. */
function eachSubset(
  contributions: readonly Float64Array[],
  visit: (size: number, sum: Float64Array) => void,
): void {
  const walk = (next: number, size: number, sum: Float64Array): void => {
    for (let i = next; i < contributions.length; i++) {
      const more = add(sum, contributions[i]!);
      visit(size + 1, more);
      walk(i + 1, size + 1, more);
    }
  };
  walk(0, 0, new Float64Array(contributions[0]!.length));
}

/** Visits the first members of random orders, at every size. */
function eachBeginning(
  contributions: readonly Float64Array[],
  visit: (size: number, sum: Float64Array) => void,
): void {
  for (let seed = 0; seed < orders; seed++) {
    let sum: Float64Array = new Float64Array(contributions[0]!.length);
    permutation({ length: contributions.length, seed }).forEach((member, i) => {
      sum = add(sum, contributions[member]!);
      visit(i + 1, sum);
    });
  }
}

/** Returns the accuracy at each size: over all ensembles up to eight members, else 64 random orders. */
export function curveOf(memberOutputs: MemberOutputs): CurvePoint[] {
  const { contributions } = memberOutputs;
  const found = contributions.map((): number[] => []);
  const each = contributions.length <= mostExhaustive ? eachSubset : eachBeginning;
  each(contributions, (size, sum) => {
    found[size - 1]!.push(scoreOf(sum, size, memberOutputs).accuracy!);
  });
  return found.map((accuracies, i) => ({
    size: i + 1,
    accuracy: accuracies.reduce((a, b) => a + b, 0) / accuracies.length,
    lowest: Math.min(...accuracies),
    highest: Math.max(...accuracies),
    ensembles: accuracies.length,
  }));
}
