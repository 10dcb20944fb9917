/** Encodes a model and its weights as a file of ONNX (https://onnx.ai/onnx/repo-docs/IR.html). */
import { ThalwegError } from '../../errors.js';
import { inputKindOf } from '../../model/document.js';
import { type OutputKind, outputKindOf } from '../../model/outputs.js';
import { count, elements } from '../../nn/layer.js';
import type { Sequential } from '../../nn/sequential.js';
import { packageVersion } from '../../version.js';
import { Message } from '../protobuf.js';
import type { ExportSource } from '../source.js';
import { emitFused, emitSoftmax } from './emitters.js';
import { checkKinds, emitAll } from './emitter.js';
import { Graph, type Value, elementTypes } from './graph.js';

/** The version of the format, and that of its operators: LayerNormalization is the newest. */
const irVersion = 8;
const operatorSet = 17;
/** A message of protocol buffers is smaller than 2 GiB; this leaves room for names and nodes. */
const mostNumbers = 2 ** 29 - 2 ** 23;

/** Returns a tensor's name, type and shape; the first dimension is named `batch`. */
function encodeValue(name: string, type: number, shape: readonly number[]): Message {
  const extents = new Message().message(1, new Message().text(2, 'batch'));
  for (const extent of shape) extents.message(1, new Message().integer(1, extent));
  const tensor = new Message().integer(1, type).message(2, extents);
  return new Message().text(1, name).message(2, new Message().message(1, tensor));
}

/** Adds the softmax or the logistic function that turns outputs into probabilities. */
function emitProbabilities(graph: Graph, value: Value, kind: OutputKind): Value {
  graph.scope = 'probabilities';
  if (kind !== 'classes') return emitFused(graph, value, 'sigmoid');
  if (value.shape.length === 1) return emitSoftmax(graph, value);
  // The loss takes all outputs of a row together.
  const flat = graph.reshape(value, [elements(value.shape)]);
  return graph.reshape(emitSoftmax(graph, flat), value.shape);
}

/** Gives the last value the name of the output. */
function emitOutput(graph: Graph, value: Value): void {
  const inputs = [graph.last(value).name];
  graph.node('Identity', { inputs, output: 'output' });
}

function checkSize(model: Sequential): void {
  const numbers = count([...model.parameters, ...model.statistics]);
  if (numbers <= mostNumbers) return;
  throw new ThalwegError({
    code: 'OVERFLOW',
    path: 'model',
    received: `${numbers} numbers`,
    expected: `at most ${mostNumbers}, because a file of ONNX is smaller than 2 GiB`,
    remedy: 'serve the model with a Predictor, which has no such limit',
  });
}

/** Returns the texts that go with the model. */
function metadataOf(source: ExportSource, kind: OutputKind): [string, string][] {
  const { classes, preprocessing, loss, weights } = source;
  return [
    ['thalweg.outputs', kind],
    ['thalweg.loss', loss.kind],
    ['thalweg.weights', weights],
    ...(classes ? [['classes', JSON.stringify(classes)] as [string, string]] : []),
    ...(preprocessing
      ? [['preprocessing', JSON.stringify(preprocessing)] as [string, string]]
      : []),
  ];
}

function encodeGraph(source: ExportSource, kind: OutputKind, probabilities: boolean): Message {
  const { model, arrays } = source;
  const graph = new Graph();
  const input = { name: 'input', shape: model.input, isFirst: false };
  let value = emitAll(model.layers, '', { graph, arrays }, input);
  if (probabilities) value = emitProbabilities(graph, value, kind);
  graph.scope = 'output';
  emitOutput(graph, value);
  const type = inputKindOf(model) === 'indices' ? elementTypes.int64 : elementTypes.float;
  return graph
    .encode('thalweg')
    .message(11, encodeValue('input', type, model.input))
    .message(12, encodeValue('output', elementTypes.float, model.outputShape));
}

/**
 * Returns the bytes of a model as ONNX.
 *
 * @param probabilities true adds the softmax or logistic function behind the outputs
 * @throws ThalwegError UNSUPPORTED for a layer that cannot be written; OVERFLOW at 2 GiB
 */
export function encodeOnnx(source: ExportSource, probabilities: boolean): Uint8Array {
  const kind = outputKindOf(source.loss);
  checkKinds(source.model.layers);
  checkSize(source.model);
  const model = new Message()
    .integer(1, irVersion)
    .text(2, 'thalweg')
    .text(3, packageVersion())
    .message(7, encodeGraph(source, kind, probabilities))
    .message(8, new Message().text(1, '').integer(2, operatorSet));
  for (const [key, text] of metadataOf(source, kind))
    model.message(14, new Message().text(1, key).text(2, text));
  return model.encode();
}
