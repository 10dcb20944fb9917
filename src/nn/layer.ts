/** What a layer is: a plain description, and one {@link LayerKind} per kind that gives it meaning. */
import type { Initializer } from './initializer.js';

/** A plain, serialisable description of one layer; made by `nn.dense`, `nn.dropout`, … */
export interface Layer {
  /** Which layer it is. */
  readonly kind: NativeLayer['kind'];
  /** Name in parameter names and summaries; by default the kind and its count, as `dense1`. */
  readonly name?: string;
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
}

/** Activation functions that the native layers know. */
export type Activation = 'none' | 'relu' | 'leakyRelu' | 'sigmoid' | 'tanh' | 'gelu' | 'geluTanh';

/** A layer as the native plan takes it; train/network.h has the other end. */
export interface NativeLayer {
  readonly kind: 'dense' | 'activation' | 'softmax' | 'dropout';
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: Activation;
  /** Slope of leakyRelu for negative inputs. */
  readonly slope: number;
  readonly useBias: boolean;
  /** Dropout rate. */
  readonly rate: number;
}

/** What one kind of layer means. A new layer is one file that exports one of these. */
export interface LayerKind<L extends Layer = Layer> {
  readonly kind: L['kind'];
  /** The description, made again with all checks: it may come from a file. */
  check(layer: L): L;
  /** Shape of one example after the layer; throws SHAPE when the input does not fit. */
  outputShape(layer: L, input: readonly number[], path: string): readonly number[];
  parameters(layer: L, input: readonly number[]): readonly ParameterSpec[];
  lower(layer: L, input: readonly number[]): NativeLayer;
}

/** Elements of one example. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** A native layer that keeps the number of features and has no parameters. */
export function lowerElementwise(
  input: readonly number[],
  fields: Pick<NativeLayer, 'kind'> & Partial<NativeLayer>,
): NativeLayer {
  const features = elements(input);
  return {
    inputs: features,
    outputs: features,
    activation: 'none',
    slope: 0,
    useBias: false,
    rate: 0,
    ...fields,
  };
}
