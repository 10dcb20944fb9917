/** The meaning of a model's outputs, which follows from the loss that trained it. */
import type { Loss, LossName } from '../loss/loss.js';

/**
 * The meaning of a model's outputs: `'classes'` are logits of classes, one of which is right; `'labels'` are
 * logits of independent labels, each of which is right or wrong; `'values'` are the values themselves.
 */
export type OutputKind = 'classes' | 'labels' | 'values';

const kinds: Readonly<Record<LossName, OutputKind>> = {
  softmaxCrossEntropy: 'classes',
  sigmoidCrossEntropy: 'labels',
  meanSquaredError: 'values',
  huber: 'values',
};

/** Returns the meaning of the outputs of a model that was trained with this loss. */
export function outputKindOf({ kind }: Loss): OutputKind {
  return kinds[kind];
}

/** Returns how many classes so many outputs tell apart: one logit of a label tells 0 from 1. */
export function classCount(kind: OutputKind, outputs: number): number {
  return kind === 'labels' && outputs === 1 ? 2 : outputs;
}
