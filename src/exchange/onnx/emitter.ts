/** The registry of layers that can be written as nodes of ONNX. Each layer's file registers its own. */
import { ThalwegError } from '../../errors.js';
import type { Layer, PlacedLayer } from '../../nn/layer.js';
import type { Arrays } from '../../model/file.js';
import type { Graph, Value } from './graph.js';

/** A layer in its place, with what it writes into. */
export interface Site<L extends Layer = Layer> {
  readonly layer: L;
  readonly placed: PlacedLayer;
  /** The layer's name within the whole model, such as `residual1.dense1`. */
  readonly name: string;
  readonly graph: Graph;
  /** The values of all parameters and statistics of the model, by name. */
  readonly arrays: Arrays;
  /** Returns the values of a parameter or statistic of the layer, by its name within the layer. */
  readonly values: (name: string) => Float32Array;
}

/** Adds the nodes of a layer, and returns the value that they make. */
type Emit<L extends Layer = Layer> = (site: Site<L>, input: Value) => Value;

/** How layers of a kind are written, and the fields of their descriptions that it reads or may ignore. */
interface Emitter {
  readonly fields: readonly string[];
  readonly emit: Emit;
}

const emitters = new Map<string, Emitter>();

/** Fields that say nothing of what a trained layer computes. */
const ignored = ['kind', 'name', 'trainable', 'weightInitializer', 'biasInitializer'];

/**
 * Registers how layers of a kind are written.
 *
 * @param fields the fields of the description that `emit` reads. A layer with another field is refused, so that an
 * option that came later is not lost
 */
export function defineEmitter<L extends Layer>(
  kind: L['kind'],
  fields: readonly Exclude<keyof L, keyof Layer>[],
  emit: Emit<L>,
): void {
  const known = [...ignored, ...fields.map(String)];
  emitters.set(kind, { fields: known, emit: emit as unknown as Emit });
}

/** Throws UNSUPPORTED for a layer that cannot be written. */
export function refuseLayer(path: string, received: string, expected: string): never {
  throw new ThalwegError({
    code: 'UNSUPPORTED',
    path,
    received,
    expected,
    remedy: 'serve the model with a Predictor, or make it of other layers',
  });
}

/** Returns how a layer is written; throws UNSUPPORTED for other kinds, and for fields of which nothing is known. */
export function emitterOf({ layer, name }: { readonly layer: Layer; readonly name: string }): Emit {
  const emitter = emitters.get(layer.kind);
  if (emitter === undefined)
    refuseLayer(name, `a layer of kind ${layer.kind}`, `one of ${[...emitters.keys()].join(', ')}`);
  const { fields, emit } = emitter;
  const other = Object.keys(layer).find((field) => !fields.includes(field));
  if (other !== undefined)
    refuseLayer(`${name}.${other}`, `a ${layer.kind} with ${other}`, `a ${layer.kind} without it`);
  return emit;
}

/** Adds the nodes of layers in sequence. `outer` begins their names, and is empty or ends in a dot. */
export function emitAll(
  layers: readonly PlacedLayer[],
  outer: string,
  { graph, arrays }: { readonly graph: Graph; readonly arrays: Arrays },
  input: Value,
): Value {
  let value = input;
  for (const placed of layers) {
    const { layer } = placed;
    const name = `${outer}${placed.name}`;
    graph.scope = name;
    const values = (tensor: string): Float32Array => arrays[`${name}.${tensor}`]!;
    value = emitterOf({ layer, name })({ layer, placed, name, graph, arrays, values }, value);
  }
  return value;
}

/** Throws UNSUPPORTED where a layer, also of a block, cannot be written. */
export function checkKinds(layers: readonly PlacedLayer[], outer = ''): void {
  for (const { layer, name, layers: inner } of layers) {
    emitterOf({ layer, name: `${outer}${name}` });
    if (inner !== undefined) checkKinds(inner, `${outer}${name}.`);
  }
}
