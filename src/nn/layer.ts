/** What a layer is: a plain description, and one {@link LayerKind} per kind that gives it meaning. */
import type { NativeLayer, OpFields, OpPlace } from '../native.js';
import type { Scheduled } from '../schedule/schedule.js';
import type { Initializer } from './initializer.js';

/** Descriptions of all layers by their kind: each layer's file adds its own. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface LayerKinds {}

/** A plain, serialisable description of one layer; made by `nn.dense`, `nn.dropout`, … */
export interface Layer {
  /** Which layer it is, as `'dense'`. */
  readonly kind: keyof LayerKinds;
  /** Name in parameter names and summaries; by default the kind and its count, as `dense1`. */
  readonly name?: string;
  /** False of a layer that stays as it is, and of a block all of whose layers do. */
  readonly trainable?: false;
}

/** One parameter tensor of a layer. */
export interface ParameterSpec {
  /** Name within the layer, such as `weight`. */
  readonly name: string;
  /** Extents, the slowest first. */
  readonly shape: readonly number[];
  /** How it starts. */
  readonly initializer: Initializer;
  /** Connections into one unit; initialisers scale by it. */
  readonly fanIn: number;
  /** Connections out of one unit. */
  readonly fanOut: number;
  /** False of a layer that stays as it is, or in a block that does. */
  readonly trainable?: false;
}

/** A tensor of a layer that is state but no parameter: running statistics have no gradient. */
export interface StatisticSpec {
  /** Name within the layer, such as `mean`. */
  readonly name: string;
  /** Extents, the slowest first. */
  readonly shape: readonly number[];
  /** What each element starts as. */
  readonly initial: number;
}

/** A layer in its place in a model. */
export interface PlacedLayer {
  /** The layer's own name or its kind and count, as `dense1`. */
  readonly name: string;
  /** Its description. */
  readonly layer: Layer;
  /** Shape of one example before the layer. */
  readonly inputShape: readonly number[];
  /** Shape of one example after the layer. */
  readonly outputShape: readonly number[];
  /** Its parameters, named within the layer. */
  readonly parameters: readonly ParameterSpec[];
  /** Its running statistics, named within the layer. */
  readonly statistics: readonly StatisticSpec[];
  /** The layers that it is made of, where it is a block; named within it. */
  readonly layers?: readonly PlacedLayer[];
}

/** The ops of a model as they are collected, in an order that has inputs before their uses. */
export class Program {
  readonly ops: NativeLayer[] = [];
  /** Of the layer whose ops are being added. */
  name = '';
  /** Whether that layer stays as it is. */
  frozen = false;
  /** Of the dropout ops, in their order. */
  readonly dropoutRates: { readonly layer: string; readonly rate: Scheduled }[] = [];

  /** Adds an op; gives the number of its value. */
  add(kind: string, place: OpPlace, fields: OpFields = {}): number {
    this.ops.push({ kind, ...place, fields, name: this.name, frozen: this.frozen });
    return this.ops.length;
  }
}

/** What one kind of layer means; `defineKind` makes it known. */
export interface LayerKind<L extends Layer = Layer> {
  readonly kind: L['kind'];
  /** The description, made again with all checks: it may come from a file. */
  check(layer: L): L;
  /** Shape of one example after the layer; throws SHAPE when the input does not fit. */
  outputShape(layer: L, input: readonly number[], path: string): readonly number[];
  parameters(layer: L, input: readonly number[]): readonly ParameterSpec[];
  /** Whether the layer reads indices, and so must be a model's first. Default false. */
  readonly readsIndices?: boolean;
  /** Default none. */
  statistics?(layer: L, input: readonly number[]): readonly StatisticSpec[];
  /** Rows that a training batch needs at least. Default 1. */
  leastBatch?(layer: L, input: readonly number[]): number;
  /** What a block says it is made of, before anything is checked. */
  parts?(layer: L): readonly unknown[];
  /** The layers that a block is made of, named within it. */
  layers?(layer: L, input: readonly number[], path: string): readonly PlacedLayer[];
  /** Adds the layer's ops, which read value `from`; gives the number of what it gives. */
  lower(layer: L, input: readonly number[], program: Program, from: number): number;
}

/** Elements of one example. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Numbers in all. */
export function count(tensors: readonly { readonly shape: readonly number[] }[]): number {
  return tensors.reduce((sum, { shape }) => sum + elements(shape), 0);
}

/** The place of an op that reads value `from`, and gives as many numbers as it reads. */
export function sameSize(input: readonly number[], ...from: readonly number[]): OpPlace {
  const features = elements(input);
  return { from, inputs: features, outputs: features };
}
