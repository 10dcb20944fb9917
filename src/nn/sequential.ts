/** A model that applies its layers one after another. */
import { ThalwegError } from '../errors.js';
import { checkNumber, describe, requireOptions } from '../options.js';
import { kindOf } from './kinds.js';
import {
  type Layer,
  type NativeLayer,
  type ParameterSpec,
  Program,
  type StatisticSpec,
  elements,
} from './layer.js';
import { table } from './summary.js';

/** Options of {@link sequential}. */
export interface SequentialOptions {
  /** Shape of one example, without the batch: `[784]`. */
  readonly input: readonly number[];
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
}

/** A model as plain data; JSON.stringify(model) writes it. */
export interface SequentialJson {
  /** Which container it is. */
  readonly kind: 'sequential';
  /** Shape of one example. */
  readonly input: readonly number[];
  /** The layers' descriptions in their order. */
  readonly layers: readonly Layer[];
}

/** A model: an immutable description without memory; a trainer gives it weights. */
export class Sequential {
  /** Shape of one example. */
  readonly input: readonly number[];
  /** The layers in their order. */
  readonly layers: readonly PlacedLayer[];

  /**
   * Use {@link sequential}.
   *
   * @internal
   */
  constructor(input: readonly number[], layers: readonly Layer[]) {
    this.input = Object.freeze([...input]);
    this.layers = Object.freeze(place(this.input, layers));
  }

  /** Shape of one output. */
  get outputShape(): readonly number[] {
    return this.layers.at(-1)?.outputShape ?? this.input;
  }

  /** Parameters in order, named `layer.parameter`, as in optimizer groups and weight files. */
  get parameters(): readonly ParameterSpec[] {
    return this.layers.flatMap(({ name, parameters }) => prefixed(name, parameters));
  }

  /** Running statistics in order, named as parameters are: state that training keeps beside them. */
  get statistics(): readonly StatisticSpec[] {
    return this.layers.flatMap(({ name, statistics }) => prefixed(name, statistics));
  }

  /** Trainable numbers in all. */
  get parameterCount(): number {
    return count(this.parameters);
  }

  /** A table of layers, output shapes and parameter counts, as text of several lines. */
  summary(): string {
    return table(
      this.layers.map(({ name, layer, outputShape, parameters, statistics }) => ({
        name,
        kind: layer.kind,
        outputShape,
        parameters: count(parameters),
        statistics: count(statistics),
      })),
    );
  }

  /**
   * The layers as the native plan takes them.
   *
   * @internal
   */
  lower(): readonly NativeLayer[] {
    const program = new Program();
    this.layers.reduce(
      (from, { layer, name, inputShape }) =>
        kindOf(layer, name).lower(layer, inputShape, program, from),
      0,
    );
    return program.ops;
  }

  /**
   * Rows that a training batch needs at least.
   *
   * @internal
   */
  get leastBatch(): number {
    return this.layers.reduce(
      (least, { layer, name, inputShape }) =>
        Math.max(least, kindOf(layer, name).leastBatch?.(layer, inputShape) ?? 1),
      1,
    );
  }

  /** A plain value from which {@link fromJSON} makes the same model. */
  toJSON(): SequentialJson {
    return { kind: 'sequential', input: this.input, layers: this.layers.map(({ layer }) => layer) };
  }
}

/** Numbers in all. */
function count(tensors: readonly { readonly shape: readonly number[] }[]): number {
  return tensors.reduce((sum, { shape }) => sum + elements(shape), 0);
}

/** Names within a layer, made names within the model. */
function prefixed<T extends { readonly name: string }>(layer: string, specs: readonly T[]): T[] {
  return specs.map((spec) => ({ ...spec, name: `${layer}.${spec.name}` }));
}

/** Gives each layer its name and shapes. */
function place(input: readonly number[], layers: readonly Layer[]): PlacedLayer[] {
  const counts = new Map<string, number>();
  const taken = new Set<string>();
  let shape = input;
  return layers.map((given, index) => {
    const kind = kindOf(given, `layers[${index}]`);
    const layer = kind.check(given);
    const base = layer.kind === 'activation' ? (layer as { activation?: string }).activation : '';
    const stem = base ? base : layer.kind;
    const count = (counts.get(stem) ?? 0) + 1;
    counts.set(stem, count);
    const name = layer.name ?? `${stem}${count}`;
    if (taken.has(name))
      throw new ThalwegError({
        code: 'DUPLICATE',
        path: `layers[${index}].name`,
        received: `'${name}' a second time`,
        expected: 'a name of its own for each layer',
      });
    taken.add(name);
    const inputShape = shape;
    shape = kind.outputShape(layer, inputShape, `layers[${index}]`);
    const parameters = kind.parameters(layer, inputShape);
    const statistics = kind.statistics?.(layer, inputShape) ?? [];
    return Object.freeze({ name, layer, inputShape, outputShape: shape, parameters, statistics });
  });
}

function checkShape(path: string, shape: unknown): readonly number[] {
  if (!Array.isArray(shape) || shape.length === 0)
    throw new ThalwegError({
      code: 'TYPE',
      path,
      received: describe(shape),
      expected: 'the shape of one example, as [784]',
    });
  if (shape.length > 8)
    throw new ThalwegError({
      code: 'RANK',
      path,
      received: `${shape.length} dimensions`,
      expected: 'at most 8',
    });
  shape.forEach((extent, i) =>
    checkNumber(`${path}[${i}]`, extent, { min: 1, max: 2 ** 31 - 1, integer: true }),
  );
  return shape as readonly number[];
}

/**
 * A model of layers in sequence.
 *
 * @throws ThalwegError SHAPE, TYPE, RANGE, RANK, DUPLICATE, UNKNOWN_OPTION
 * @example
 * const model = nn.sequential({ input: [784] }, nn.dense(128, { activation: 'relu' }), nn.dense(10));
 */
export function sequential(options: SequentialOptions, ...layers: readonly Layer[]): Sequential {
  requireOptions('sequential', options, ['input']);
  const input = checkShape('sequential.input', options.input);
  if (layers.length === 0)
    throw new ThalwegError({
      code: 'RANGE',
      path: 'sequential.layers',
      received: 'no layer',
      expected: 'at least one layer',
    });
  return new Sequential(input, layers);
}

/**
 * The model that {@link Sequential.toJSON} described.
 *
 * @throws ThalwegError as {@link sequential}
 */
export function fromJSON(json: SequentialJson): Sequential {
  requireOptions('model', json, ['kind', 'input', 'layers']);
  return sequential({ input: json.input }, ...json.layers);
}
