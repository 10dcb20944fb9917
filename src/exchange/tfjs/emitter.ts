/** The layers that TensorFlow.js has too. Each layer's file registers its own. */
import type { Arrays } from '../../model/file.js';
import type { Layer, PlacedLayer } from '../../nn/layer.js';
import { Emitters } from '../registry.js';
import type { Tensor, Topology, Value } from './topology.js';

/** A layer in its place, with what it is written into. */
export interface Site<L extends Layer = Layer> {
  readonly layer: L;
  readonly placed: PlacedLayer;
  /** The layer's name within the whole model, such as `residual1.dense1`. */
  readonly name: string;
  readonly topology: Topology;
  /** The values of all parameters and statistics of the model, by name. */
  readonly arrays: Arrays;
  /** Returns the parameters and statistics that the layer has, under the names of TensorFlow.js. */
  readonly tensors: (names: Readonly<Record<string, string>>) => Tensor[];
}

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

/** Adds layers in sequence. `outer` begins their names, and is empty or ends in a dot. */
export function emitAll(
  layers: readonly PlacedLayer[],
  outer: string,
  { topology, arrays }: { readonly topology: Topology; readonly arrays: Arrays },
  input: Value,
): Value {
  let value = input;
  for (const placed of layers) {
    const { layer } = placed;
    const name = `${outer}${placed.name}`;
    const specs = [...placed.parameters, ...placed.statistics];
    const tensors: Site['tensors'] = (names) =>
      Object.entries(names).flatMap(([own, theirs]) => {
        const spec = specs.find((each) => each.name === own);
        if (spec === undefined) return [];
        return [{ name: theirs, shape: spec.shape, values: arrays[`${name}.${own}`]! }];
      });
    value = emitters.of({ layer, name })({ layer, placed, name, topology, arrays, tensors }, value);
  }
  return value;
}
