/** Turns probabilities into classes with their names. */
import type { OutputKind } from './outputs.js';

/** One class, and its probability. */
export interface ClassScore {
  /** The name of the class; its number as text where the model has no names. */
  readonly label: string;
  /** The number of the class, from 0 on. */
  readonly index: number;
  /** The probability of the class, in [0, 1]. */
  readonly probability: number;
}

/** The likeliest class of one row. */
export interface Classification extends ClassScore {
  /** The likeliest classes, the first of which is this one. Of two with one probability, the lower index is first. */
  readonly top: readonly ClassScore[];
}

/** Returns the positions of the `top` largest numbers, the largest first. NaN counts as the least. */
function largest(values: Float32Array, top: number): number[] {
  const found: number[] = [];
  const valueAt = (i: number): number => (values[i]! >= 0 ? values[i]! : -1);
  for (let i = 0; i < values.length; i++) {
    if (found.length === top && valueAt(i) <= valueAt(found[top - 1]!)) continue;
    let place = found.length;
    while (place > 0 && valueAt(found[place - 1]!) < valueAt(i)) place--;
    found.splice(place, 0, i);
    if (found.length > top) found.pop();
  }
  return found;
}

/** Returns the probabilities of a row by class: one logit of a label tells 0 from 1. */
function byClass(row: Float32Array, kind: OutputKind): Float32Array {
  return kind === 'labels' && row.length === 1 ? Float32Array.of(1 - row[0]!, row[0]!) : row;
}

/** Returns the likeliest classes of each row. */
export function classify(
  probabilities: Float32Array,
  outputs: number,
  { kind, classes, top }: Reading,
): Classification[] {
  return Array.from({ length: probabilities.length / outputs }, (_, row) => {
    const own = byClass(probabilities.subarray(row * outputs, (row + 1) * outputs), kind);
    const scores = largest(own, top).map((index) => ({
      label: classes?.[index] ?? String(index),
      index,
      probability: own[index]!,
    }));
    return { ...scores[0]!, top: scores };
  });
}

interface Reading {
  readonly kind: OutputKind;
  readonly classes: readonly string[] | undefined;
  /** The number of classes to name. */
  readonly top: number;
}
