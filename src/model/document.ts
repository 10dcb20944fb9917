/** The content of a model file besides its weights. The schema here alone defines it. */
import type { Weights } from '../average/weights.js';
import { type Loss, lossNames, toLoss } from '../loss/loss.js';
import { architectureOf, fromFile } from '../nn/load.js';
import { elements } from '../nn/layer.js';
import { findKind } from '../nn/kinds.js';
import type { Sequential } from '../nn/sequential.js';
import { wrongType } from '../options.js';
import { checkModel } from '../run/task.js';
import {
  type Infer,
  type Schema,
  anyNumber,
  anything,
  count,
  dictionary,
  list,
  object,
  oneOf,
  optional,
  parseValue,
  text,
} from '../schema.js';
import { plain } from '../sealed/exact-json.js';
import { type Writer, writerSchema } from '../sealed/writer.js';
import { refuse } from '../io/safetensors-header.js';
import { checkClasses } from './classes.js';
import { checkPlain } from './plain-data.js';
import { outputKindOf } from './outputs.js';

/** Returns `'indices'` for a model whose first layer reads row numbers. */
export function inputKindOf(model: Sequential): 'numbers' | 'indices' {
  return findKind(model.layers[0]?.layer)?.readsIndices === true ? 'indices' : 'numbers';
}

const name = text(/^.+$/, 'text of at least one character');
const preprocessingHead = object({
  /** The name of the kind of this value. */
  format: name,
  /** The number of the format, from 1 on. */
  version: count(1),
});

/**
 * The plain form of the steps that turn raw data into a model's inputs. A file keeps its other fields as they
 * are.
 */
export interface Preprocessing extends Infer<typeof preprocessingHead> {
  readonly [field: string]: unknown;
}

/** Accepts the plain form of a preprocessing; whoever applies it checks its other fields. */
const preprocessingSchema: Schema<Preprocessing> = (value) => ({
  ...dictionary(anything)(value),
  ...preprocessingHead(value),
});

/** Returns a preprocessing that a caller gave, as plain data; throws TYPE for another value. */
export function checkPreprocessing(path: string, value: unknown): Preprocessing {
  checkPlain(path, value);
  try {
    return preprocessingSchema(plain(value));
  } catch {
    const expected = "plain data, such as { format: 'my-scaling', version: 1, … }";
    throw wrongType(path, value, expected);
  }
}

const extents = list(count(1), 64);

const modelDocument = object({
  /** The description of the model, as `model.toJSON()` returns it. */
  architecture: anything,
  /** Kind and parameters of the loss that trained it. */
  loss: object({
    kind: oneOf(...lossNames),
    delta: anyNumber,
    labelSmoothing: optional(anyNumber),
  }),
  /** The kind of the weights. */
  weights: oneOf('raw', 'averaged'),
  /** The kind and the shape of one row: any numbers, or positions in an embedding's table. */
  input: object({ kind: oneOf('numbers', 'indices'), shape: extents }),
  /** The meaning and the shape of one row of outputs. */
  output: object({ kind: oneOf('classes', 'labels', 'values'), shape: extents }),
  /** The names of the classes or labels. */
  classes: optional(list(text())),
  /** The description of the steps that turn raw data into inputs. */
  preprocessing: optional(preprocessingSchema),
  /** The process that wrote the file. */
  writer: writerSchema,
});

/** The content of a model file besides its weights. */
export interface ModelContent {
  readonly model: Sequential;
  /** The loss that trained the model. */
  readonly loss: Loss;
  /** The kind of the weights. */
  readonly weights: Weights;
  /** The names of the classes or labels, where they are known. */
  readonly classes?: readonly string[] | undefined;
  /** The description of the steps that turn raw data into inputs, where it is known. */
  readonly preprocessing?: Preprocessing | undefined;
  readonly writer: Writer;
}

/** Returns the document of a model file, as plain data. */
export function toDocument({ model, loss, ...content }: ModelContent): Infer<typeof modelDocument> {
  return {
    architecture: model.toJSON(),
    loss: { ...loss },
    weights: content.weights,
    input: { kind: inputKindOf(model), shape: model.input },
    output: { kind: outputKindOf(loss), shape: model.outputShape },
    ...(content.classes && { classes: content.classes }),
    ...(content.preprocessing && { preprocessing: content.preprocessing }),
    writer: content.writer,
  };
}

/** Throws FORMAT where the document says another thing about inputs or outputs than its architecture. */
function checkAgreement(
  { input, output }: Infer<typeof modelDocument>,
  model: Sequential,
  loss: Loss,
  file: string,
): void {
  const show = (kind: string, shape: readonly number[]): string => `${kind} [${shape.join(', ')}]`;
  const pairs = [
    ['input', show(input.kind, input.shape), show(inputKindOf(model), model.input)],
    ['output', show(output.kind, output.shape), show(outputKindOf(loss), model.outputShape)],
  ] as const;
  for (const [part, stated, found] of pairs)
    if (stated !== found)
      refuse('FORMAT', `${file}: model.${part}`, stated, `${found}, as the architecture has it`);
}

/**
 * Returns the checked content of a document.
 *
 * @throws ThalwegError FORMAT where a part is missing, has another type, is out of its range, or contradicts another
 */
export function parseDocument(document: unknown, file: string): ModelContent {
  const parsed = parseValue(modelDocument, document, `${file}: model`);
  const { weights, writer, preprocessing } = parsed;
  const loss = fromFile(file, 'loss', () => toLoss(parsed.loss));
  const model = architectureOf(document, file);
  fromFile(file, 'architecture', () => checkModel(model, loss));
  checkAgreement(parsed, model, loss, file);
  const outputs = elements(model.outputShape);
  const { classes } = parsed;
  if (classes !== undefined)
    fromFile(file, 'classes', () => checkClasses('classes', classes, outputKindOf(loss), outputs));
  return { model, loss, weights, classes, preprocessing, writer };
}
