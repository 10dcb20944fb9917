/** Writes trained models as TensorFlow.js loads them. */
import { join } from 'node:path';
import { writeAtomically } from '../../io/atomic.js';
import { inputKindOf } from '../../model/document.js';
import { outputKindOf } from '../../model/outputs.js';
import { checkPath } from '../../options.js';
import type { Trainer } from '../../train/trainer.js';
import { packageVersion } from '../../version.js';
import { type ExportOptions, type ExportSource, readSource } from '../source.js';
import { emitActivation } from './activation.js';
import { emitAll } from './emitter.js';
import { emitSoftmax } from './layers.js';
import './pictures.js';
import { type TfjsArtifacts, Topology, ownNames } from './topology.js';

function metadataOf({ loss, classes, preprocessing, weights }: ExportSource) {
  return {
    'thalweg.outputs': outputKindOf(loss),
    'thalweg.weights': weights,
    ...(classes && { classes: JSON.stringify(classes) }),
    ...(preprocessing && { preprocessing: JSON.stringify(preprocessing) }),
  };
}

function encode(source: ExportSource, probabilities: boolean): TfjsArtifacts {
  const { model, arrays, loss } = source;
  const isTable = inputKindOf(model) === 'indices';
  const topology = new Topology(model.input, isTable ? 'int32' : 'float32');
  const input = { name: topology.input, shape: model.input };
  const value = emitAll(model.layers, '', { topology, arrays }, input);
  const name = ownNames.probabilities;
  const output = !probabilities
    ? value
    : outputKindOf(loss) === 'classes'
      ? emitSoftmax(topology, name, value)
      : emitActivation(topology, 'sigmoid', { name }, value);
  const generatedBy = `thalweg ${packageVersion()}`;
  return topology.artifacts(output.name, { generatedBy, metadata: metadataOf(source) });
}

/**
 * Returns a trained model as a LayersModel of TensorFlow.js, which `tf.loadLayersModel` loads and goes on training.
 * Layers and weights have the names that they have here. Dropout is left out.
 *
 * @param from a trainer, or the path of a model file, which has names and weights of its own
 * @throws ThalwegError (as a rejection) UNSUPPORTED, which names a layer that TensorFlow.js lacks, such as a group
 * norm; MISMATCH, DISPOSED, TYPE, RANGE, UNKNOWN_OPTION; and as `nn.load` for a file
 * @example
 * const artifacts = await exchange.toTfjs(trainer);
 * // const model = await tf.loadLayersModel({ load: async () => artifacts });
 */
export async function toTfjs(
  from: string | Trainer,
  options: ExportOptions = {},
): Promise<TfjsArtifacts> {
  const { source, probabilities } = await readSource('tfjs', from, options);
  return encode(source, probabilities);
}

/**
 * Writes what {@link toTfjs} returns into a folder that exists, as `model.json` and `weights.bin`, each atomically.
 *
 * @throws ThalwegError (as a rejection) as {@link toTfjs}; NO_SPACE, MISSING, PERMISSION, or another error of the
 * file system
 * @example
 * await exchange.saveTfjs('digits.thalweg', 'public/model');
 */
export async function saveTfjs(
  from: string | Trainer,
  folder: string,
  options: ExportOptions = {},
): Promise<void> {
  checkPath('folder', folder);
  const { weightSpecs, weightData, ...model } = await toTfjs(from, options);
  const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
  // A new model.json never lies there before its weights.
  await writeAtomically(join(folder, 'weights.bin'), [new Uint8Array(weightData)]);
  const text = JSON.stringify({ ...model, weightsManifest });
  await writeAtomically(join(folder, 'model.json'), [new TextEncoder().encode(text)]);
}
