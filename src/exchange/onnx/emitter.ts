/** The registry of layers that can be written as nodes of ONNX. Each layer's file registers its own. */
import type { Layer, PlacedLayer } from '../../nn/layer.js';
import type { Arrays } from '../../model/file.js';
import { Emitters } from '../registry.js';
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

const emitters = new Emitters<Emit>();

/** Registers how layers of a kind are written, and the fields of their descriptions that are known. */
export function defineEmitter<L extends Layer>(
  kind: L['kind'],
  fields: readonly Exclude<keyof L, keyof Layer>[],
  emit: Emit<L>,
): void {
  emitters.define(kind, fields.map(String), emit as unknown as Emit);
}

/** Returns how a layer is written; throws UNSUPPORTED for other kinds, and for fields of which nothing is known. */
export function emitterOf(place: { readonly layer: Layer; readonly name: string }): Emit {
  return emitters.of(place);
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
