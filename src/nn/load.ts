/** The architecture in a model file. */
import { ThalwegError } from '../errors.js';
import { refuse } from '../io/safetensors-header.js';
import { type OpenSafetensors, withSafetensors } from '../io/safetensors.js';
import { anything, object, parseValue } from '../schema.js';
import { fromExactJson } from '../sealed/exact-json.js';
import { type SealedKind, openSealedHead } from '../sealed/head.js';
import { type Sequential, type SequentialJson, fromJSON } from './sequential.js';

/** Model files as sealed files. */
const modelKind: SealedKind = {
  format: 'thalweg.model',
  document: 'model',
  what: 'a model file, as trainer.saveModel writes it',
  remedy: 'load weights with trainer.loadWeights, and checkpoints with trainer.resume',
};

/** The format that this version writes. */
const formatVersion = 1;

/** The name and the number of the format, and the document's name, of a new model file. */
export const modelFormat = { kind: modelKind, version: formatVersion };

const withArchitecture = object({ architecture: anything });

/**
 * Verifies the head of a model file, and returns its document without any other check.
 *
 * @throws ThalwegError FORMAT, CHECKSUM, VERSION, DEPTH
 */
export function openModelHead(opened: OpenSafetensors, file: string): unknown {
  const { version, text } = openSealedHead(opened, modelKind, file);
  if (version > formatVersion)
    refuse(
      'VERSION',
      file,
      `format ${version}`,
      `format ${formatVersion}`,
      'use the version of thalweg that wrote it, or a newer one',
    );
  return fromExactJson(text, `${file}: model`);
}

/**
 * Makes a part of a document with the checks of a function for callers. An error becomes FORMAT and names the file.
 *
 * @param path the part of the document in errors
 */
export function fromFile<T>(file: string, path: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ThalwegError)) throw error;
    const { received, expected } = error;
    const at = `${file}: model.${path}, ${error.path}`;
    const remedy = 'use an older copy, or the version of thalweg that wrote it';
    throw new ThalwegError(
      { code: 'FORMAT', path: at, received, expected, remedy },
      { cause: error },
    );
  }
}

/** Returns true where a value holds the mark of a function, which no file can hold. */
function hasFunction(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return '$function' in value || Object.values(value).some(hasFunction);
}

/** Makes the model of a document's architecture; throws FORMAT where there is none, and UNSUPPORTED for a function. */
export function architectureOf(document: unknown, file: string): Sequential {
  const { architecture } = parseValue(withArchitecture, document, `${file}: model`);
  if (hasFunction(architecture))
    refuse(
      'UNSUPPORTED',
      `${file}: model.architecture`,
      'a dropout rate that is a function',
      'a number or a schedule',
      'give the rate as a number or a schedule before saveModel; a Predictor can serve the file',
    );
  return fromFile(file, 'architecture', () => fromJSON(architecture as SequentialJson));
}

/**
 * Reads the architecture of a file that `trainer.saveModel` has written. It verifies the file's header, and
 * reads no weights.
 *
 * @throws ThalwegError (as a rejection) FORMAT for a file of another kind, CHECKSUM, VERSION, DEPTH, and as
 * `io.readSafetensors`
 * @example
 * const model = await nn.load('digits.thalweg');
 * console.log(model.summary());
 */
export async function load(file: string): Promise<Sequential> {
  return withSafetensors(file, (opened) =>
    Promise.resolve(architectureOf(openModelHead(opened, file), file)),
  );
}
