/** The trainer or the model file that an export takes. */
import { ThalwegError } from '../errors.js';
import type { ModelContent } from '../model/document.js';
import { type Arrays, readModel } from '../model/file.js';
import { outputKindOf } from '../model/outputs.js';
import { type SaveModelOptions, checkSaving, savingKeys } from '../model/saving.js';
import { checkBoolean, checkOptions, checkPath, wrongType } from '../options.js';
import { Trainer } from '../train/trainer.js';
import { isInstance } from '../values.js';

/** Options of exports. The names and the weights are a model file's own. */
export interface ExportOptions extends SaveModelOptions {
  /**
   * True where the outputs are probabilities instead of logits: a softmax or a logistic function stands behind the
   * last layer. Default false.
   */
  readonly probabilities?: boolean;
}

/** A model to write, with its weights. */
export type ExportSource = Omit<ModelContent, 'writer'> & { readonly arrays: Arrays };

/** Reads a model file, or copies the weights of a trainer. */
async function sourceOf(
  path: string,
  from: string | Trainer,
  options: ExportOptions,
): Promise<ExportSource> {
  if (typeof from === 'string') return readModel(checkPath('from', from), { inference: true });
  if (!isInstance(from, Trainer))
    throw wrongType('from', from, 'a trainer, or the path of a model file');
  const saved = checkSaving(path, options, from);
  const { model, loss } = from;
  return { model, loss, ...saved, arrays: await from.copyState(saved.weights) };
}

/**
 * Checks the call of an export, and reads what it takes. `path` begins the names of options in errors.
 *
 * @throws ThalwegError MISMATCH where a model of values has no probabilities; DISPOSED, TYPE, RANGE, SHAPE,
 * DUPLICATE, UNKNOWN_OPTION; and the errors of a damaged file
 */
export async function readSource(
  path: string,
  from: string | Trainer,
  options: ExportOptions,
): Promise<{ readonly source: ExportSource; readonly probabilities: boolean }> {
  const known = typeof from === 'string' ? ['probabilities'] : ['probabilities', ...savingKeys];
  checkOptions(path, options, known);
  const probabilities = checkBoolean(`${path}.probabilities`, options.probabilities ?? false);
  const source = await sourceOf(path, from, options);
  if (probabilities && outputKindOf(source.loss) === 'values')
    throw new ThalwegError({
      code: 'MISMATCH',
      path: `${path}.probabilities`,
      received: 'true, for a model of values',
      expected: 'false',
      remedy: 'leave it out',
    });
  return { source, probabilities };
}
