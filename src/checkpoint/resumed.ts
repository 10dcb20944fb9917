/** Checks whether a call of fit may go on with the run of a checkpoint. */
import { setImmediate } from 'node:timers/promises';
import { type Dataset, nativeDataset } from '../data/dataset.js';
import { ThalwegError } from '../errors.js';
import { native } from '../native.js';
import type { SavedRun } from '../run/saved-run.js';

const fingerprints = new WeakMap<Dataset, string>();

/** Returns the XXH64 of a data set, computed once. The event loop runs meanwhile: it may take seconds. */
export async function identify(dataset: Dataset): Promise<string> {
  const known = fingerprints.get(dataset);
  if (known !== undefined) return known;
  const hash = new native.Fingerprint(nativeDataset(dataset));
  let found = hash.next();
  for (; found === undefined; found = hash.next()) await setImmediate();
  fingerprints.set(dataset, found);
  return found;
}

/** Returns the fingerprint of a data set that {@link identify} has computed. */
export function fingerprint(dataset: Dataset): string {
  return fingerprints.get(dataset)!;
}

function refuse(path: string, received: string, expected: string): never {
  throw new ThalwegError({
    code: 'MISMATCH',
    path,
    received,
    expected: `${expected}, as in the run that was resumed`,
    remedy: "call fit with the data and options of that run, or resume with { run: 'new' }",
  });
}

/** The data and options of a call of fit that a checkpoint stores, too. */
export interface FitIdentity {
  readonly dataset: string;
  readonly validation: string | undefined;
  readonly sampling: string | undefined;
  readonly shuffle: boolean;
  readonly dropLast: boolean;
}

/**
 * Throws where the data differs. Within an epoch, the order of rows and the last batch must be the same.
 *
 * @throws ThalwegError MISMATCH
 */
export function checkResumed(run: SavedRun, present: FitIdentity): void {
  const other = (saved: string | undefined): string =>
    saved === undefined ? 'none' : `one of fingerprint ${saved}`;
  if (run.dataset !== present.dataset)
    refuse('dataset', other(present.dataset), `a data set of fingerprint ${run.dataset}`);
  if (run.validation !== present.validation)
    refuse('fit.validation', other(present.validation), other(run.validation));
  if (run.sampling !== present.sampling)
    refuse('fit.sampling', other(present.sampling), other(run.sampling));
  if (run.underWay === undefined) return;
  if (run.shuffle !== present.shuffle)
    refuse('fit.shuffle', String(present.shuffle), String(run.shuffle));
  if (run.dropLast !== present.dropLast)
    refuse('fit.last', present.dropLast ? "'drop'" : "'keep'", run.dropLast ? "'drop'" : "'keep'");
}

/**
 * Throws where, within an epoch, the batch size or the number of rows gathered at a time differs, or
 * where the epoch has fewer steps than are done.
 */
export function checkBatchSize(
  { underWay }: SavedRun,
  {
    batchSize,
    partRows,
    steps: all,
  }: { readonly batchSize: number; readonly partRows: number; readonly steps: number },
): void {
  if (underWay === undefined) return;
  const { batchSize: saved, partRows: part = partRows } = underWay;
  if (saved !== batchSize) refuse('fit.batchSize', String(batchSize), String(saved));
  const done = underWay.progress.steps + underWay.progress.skipped;
  if (done > all)
    refuse('fit.batchSize', `${all} steps an epoch`, `an epoch of at least the ${done} steps done`);
  const steps = (rows: number): string => `steps of ${batchSize} rows, ${rows} at a time`;
  if (part !== partRows) refuse('fit.accumulate', steps(partRows), steps(part));
}
