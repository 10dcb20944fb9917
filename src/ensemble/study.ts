/** What members' contributions on one data set tell: greedy selection, disagreement, curves. */
import { permutation } from '../data/order.js';
import type { Loss } from '../loss/loss.js';
import { type Combine, type OutputKind, decisions, finish } from './combine.js';
import { type EnsembleEvaluation, type Labels, evaluationOf } from './scores.js';

/** Contributions of all members to the predictions for the rows of a data set. */
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

/** What a selection looks at. */
export type SelectionMetric = 'accuracy' | 'loss';

/** One round of a selection. */
export interface SelectionRound {
  /** Index of the member that was taken in. */
  readonly member: number;
  /** Score of the ensemble with it. */
  readonly score: number;
}

/**
 * Forward selection with replacement (Caruana et al. 2004): each round takes in the member that makes
 * the ensemble best, the first of equals. What is left is the shortest run of rounds with the best
 * score.
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

/** Share of decisions in which two members differ, for each pair: symmetric, 0 on the diagonal. */
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

/** Accuracy of ensembles of one size. */
export interface CurvePoint {
  /** Members. */
  readonly size: number;
  /** Mean over the ensembles looked at. */
  readonly accuracy: number;
  /** The worst of them. */
  readonly lowest: number;
  /** The best of them. */
  readonly highest: number;
  /** How many were looked at. */
  readonly ensembles: number;
}

/** Up to this many members, every ensemble of each size is looked at. */
const mostExhaustive = 8;
/** Random orders of more members. */
const orders = 64;

/** Visits each non-empty set of members once, as its size and sum. */
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

/** Visits the beginnings of random orders. */
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

/** Accuracy against size: over all ensembles of up to eight members, else over 64 random orders. */
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
