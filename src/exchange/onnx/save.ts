/** Writes trained models as files of ONNX. */
import { throughLinks, writeAtomically } from '../../io/atomic.js';
import { readModel } from '../../model/file.js';
import { type SaveModelOptions, checkSaving, savingKeys } from '../../model/saving.js';
import { checkBoolean, checkOptions, checkPath, wrongType } from '../../options.js';
import { Trainer } from '../../train/trainer.js';
import { isInstance } from '../../values.js';
import { type OnnxSource, encodeOnnx } from './encode.js';

/** Options of {@link toOnnx} and {@link saveOnnx}. The names and the weights are a model file's own. */
export interface OnnxOptions extends SaveModelOptions {
  /**
   * True where the outputs are probabilities instead of logits: a softmax or a logistic function stands behind the
   * last layer. Default false.
   */
  readonly probabilities?: boolean;
}

/** Reads a model file, or copies the weights of a trainer. */
async function sourceOf(from: string | Trainer, options: OnnxOptions): Promise<OnnxSource> {
  if (typeof from === 'string') return readModel(checkPath('from', from), { inference: true });
  if (!isInstance(from, Trainer))
    throw wrongType('from', from, 'a trainer, or the path of a model file');
  const saved = checkSaving('onnx', options, from);
  const { model, loss } = from;
  return { model, loss, ...saved, arrays: await from.copyState(saved.weights) };
}

/**
 * Returns a trained model as the bytes of an ONNX file, which onnxruntime and other programs run. It has operator
 * set 17. The graph reads `input` [batch, …the model's input] and writes `output` [batch, …]. Pictures
 * have channels last, as in the model. The inputs of an embedding are int64, all others float32. Dropout is
 * left out. The metadata hold names of classes and the preprocessing as JSON.
 *
 * @param from a trainer, or the path of a model file, which has names and weights of its own
 * @throws ThalwegError (as a rejection) UNSUPPORTED, which names a layer that cannot be written; OVERFLOW at
 * 2 GiB; MISMATCH, DISPOSED, TYPE, RANGE, UNKNOWN_OPTION; and as `nn.load` for a file
 * @example
 * const bytes = await exchange.toOnnx(trainer, { probabilities: true });
 */
export async function toOnnx(
  from: string | Trainer,
  options: OnnxOptions = {},
): Promise<Uint8Array> {
  const known = typeof from === 'string' ? ['probabilities'] : ['probabilities', ...savingKeys];
  checkOptions('onnx', options, known);
  const probabilities = checkBoolean('onnx.probabilities', options.probabilities ?? false);
  return encodeOnnx(await sourceOf(from, options), probabilities);
}

/**
 * Writes what {@link toOnnx} returns into a file, atomically.
 *
 * @throws ThalwegError (as a rejection) as {@link toOnnx}; NO_SPACE, MISSING, PERMISSION, or another error of the
 * file system. A present file then stays as it was
 * @example
 * await exchange.saveOnnx('digits.thalweg', 'digits.onnx', { probabilities: true });
 */
export async function saveOnnx(
  from: string | Trainer,
  file: string,
  options: OnnxOptions = {},
): Promise<void> {
  checkPath('file', file);
  const bytes = await toOnnx(from, options);
  await writeAtomically(await throughLinks(file), [bytes]);
}
