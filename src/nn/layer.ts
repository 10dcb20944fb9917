/** The type of layers: plain descriptions. A {@link LayerKind} implements each kind of them. */
import type { NativeLayer, OpFields, OpPlace } from '../native.js';
import type { Scheduled } from '../schedule/schedule.js';
import type { Initializer } from './initializer.js';

/** The description types of all layers by their kind; each layer's file adds its own. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface LayerKinds {}

/** A plain, serialisable description of one layer; made by `nn.dense`, `nn.dropout`, … */
export interface Layer {
  /** The kind of layer, such as `'dense'`. */
  readonly kind: keyof LayerKinds;
  /** Name in parameter names and summaries. Default the kind and a number, such as `dense1`. */
  readonly name?: string;
  /** False for a frozen layer, which training does not change, or a block whose layers are all frozen. */
  readonly trainable?: false;
}

/** One parameter tensor of a layer. */
export interface ParameterSpec {
  /** Name within the layer, such as `weight`. */
  readonly name: string;
  /** Extents, the slowest first. */
  readonly shape: readonly number[];
  /** The distribution of its initial values. */
  readonly initializer: Initializer;
  /** Connections into one unit; the variance of initial values depends on it. */
  readonly fanIn: number;
  /** Connections out of one unit. */
  readonly fanOut: number;
  /** False where the layer, or a block around it, is frozen. */
  readonly trainable?: false;
}

/** A state tensor of a layer that is no parameter: running statistics have no gradient. */
export interface StatisticSpec {
  /** Name within the layer, such as `mean`. */
  readonly name: string;
  /** Extents, the slowest first. */
  readonly shape: readonly number[];
  /** The initial value of each element. */
  readonly initial: number;
}

/** A layer in its place in a model. */
export interface PlacedLayer {
  /** The name that was given, or the kind and a number, such as `dense1`. */
  readonly name: string;
  /** The layer's description. */
  readonly layer: Layer;
  /** Shape of one example before the layer. */
  readonly inputShape: readonly number[];
  /** Shape of one example after the layer. */
  readonly outputShape: readonly number[];
  /** The layer's parameters, named within the layer. */
  readonly parameters: readonly ParameterSpec[];
  /** The layer's running statistics, named within the layer. */
  readonly statistics: readonly StatisticSpec[];
  /** The layers of a block, named within the block; absent for other layers. */
  readonly layers?: readonly PlacedLayer[];
}

/** The kinds of ops: most layers have one of their own name, and native/layers/layers.def lists all. */
type OpKind =
  | keyof LayerKinds
  | 'add'
  | 'convolution'
  | 'groupedConvolution'
  | 'depthwiseConvolution'
  | 'maxPool'
  | 'averagePool';

/** Collects the ops of a model, each one after the ops whose values it reads. */
export class Program {
  readonly ops: NativeLayer[] = [];
  /** Name of the layer whose ops are being added. */
  name = '';
  /** True where the layer whose ops are being added is frozen. */
  frozen = false;
  /** The rates of the dropout ops, in their order. */
  readonly dropoutRates: { readonly layer: string; readonly rate: Scheduled }[] = [];

  /** Adds an op, and returns the number of its value. */
  add(kind: OpKind, place: OpPlace, fields: OpFields = {}): number {
    this.ops.push({ kind, ...place, fields, name: this.name, frozen: this.frozen });
    return this.ops.length;
  }
}

/** The implementation of one kind of layer; `defineKind` registers it. */
export interface LayerKind<L extends Layer = Layer> {
  readonly kind: L['kind'];
  /** Makes the description again with all checks, because it may come from a file. */
  check(layer: L): L;
  /** Returns the shape of one example after the layer; throws SHAPE where the input does not fit. */
  outputShape(layer: L, input: readonly number[], path: string): readonly number[];
  parameters(layer: L, input: readonly number[]): readonly ParameterSpec[];
  /** True where the layer reads indices, so that it must be a model's first. Default false. */
  readonly readsIndices?: boolean;
  /** Returns the layer's running statistics. Default none. */
  statistics?(layer: L, input: readonly number[]): readonly StatisticSpec[];
  /** Returns the least number of rows of a training batch. Default 1. */
  leastBatch?(layer: L, input: readonly number[]): number;
  /** Returns the lists of a block's layers as they were given, before any check. */
  parts?(layer: L): readonly (readonly unknown[])[];
  /** Returns a block's layers, named within the block. */
  layers?(layer: L, input: readonly number[], path: string): readonly PlacedLayer[];
  /** Adds the layer's ops, which read value `from`; returns the number of the layer's output. */
  lower(layer: L, input: readonly number[], program: Program, from: number): number;
}

/** Returns the number of elements of one example. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Returns the number of elements of all tensors together. */
export function count(tensors: readonly { readonly shape: readonly number[] }[]): number {
  return tensors.reduce((sum, { shape }) => sum + elements(shape), 0);
}

/** Returns the place of an op that reads values `from`, and whose output is as large as each of them. */
export function sameSize(input: readonly number[], ...from: readonly number[]): OpPlace {
  const features = elements(input);
  return { from, inputs: features, outputs: features };
}
