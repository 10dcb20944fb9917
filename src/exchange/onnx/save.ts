/** Writes trained models as files of ONNX. */
import { throughLinks, writeAtomically } from '../../io/atomic.js';
import { checkPath } from '../../options.js';
import type { Trainer } from '../../train/trainer.js';
import { type ExportOptions, readSource } from '../source.js';
import { encodeOnnx } from './encode.js';

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
  options: ExportOptions = {},
): Promise<Uint8Array> {
  const { source, probabilities } = await readSource('onnx', from, options);
  return encodeOnnx(source, probabilities);
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
  options: ExportOptions = {},
): Promise<void> {
  checkPath('file', file);
  const bytes = await toOnnx(from, options);
  await writeAtomically(await throughLinks(file), [bytes]);
}
