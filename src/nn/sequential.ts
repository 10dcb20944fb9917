/** A model that applies its layers one after another. */
import { ThalwegError } from '../errors.js';
import { describe, requireOptions } from '../options.js';
import {
  type Layer,
  type ParameterSpec,
  type PlacedLayer,
  Program,
  type StatisticSpec,
  count,
  sameSize,
} from './layer.js';
// Each layer makes its kind known, so that a description from a file is understood.
import './layers.js';
import { checkNesting } from './nesting.js';
import { leastBatch, lowerAll, place, within } from './place.js';
import { checkShape } from './shape.js';
import { rowsOf, table } from './summary.js';
import { trained } from './trainable.js';

/** Options of {@link sequential}. */
export interface SequentialOptions {
  /** Shape of one example, without the batch: `[784]`. */
  readonly input: readonly number[];
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
    this.layers = place(this.input, layers);
  }

  /** Shape of one output. */
  get outputShape(): readonly number[] {
    return this.layers.at(-1)?.outputShape ?? this.input;
  }

  /** Parameters in order, named `layer.parameter`, as in optimizer groups and weight files. */
  get parameters(): readonly ParameterSpec[] {
    return within(this.layers, ({ parameters }) => parameters);
  }

  /** Running statistics in order, named as parameters are: state that training keeps beside them. */
  get statistics(): readonly StatisticSpec[] {
    return within(this.layers, ({ statistics }) => statistics);
  }

  /** Numbers of all parameters. */
  get parameterCount(): number {
    return count(this.parameters);
  }

  /** Numbers of those that are trained: without the layers that have `trainable: false`. */
  get trainableCount(): number {
    return count(trained(this.parameters));
  }

  /**
   * A table of layers, output shapes and parameter counts, as text of several lines; where layers are
   * frozen, it says which, and how many numbers are trained.
   */
  summary(): string {
    return table(rowsOf(this.layers));
  }

  /**
   * The layers as the native plan takes them.
   *
   * @internal
   */
  lower(): Program {
    const program = new Program();
    lowerAll(this.layers, program, 0);
    // Layers that only change the shape have no op; a plan has at least one.
    if (program.ops.length === 0)
      program.add('activation', sameSize(this.input, 0), { activation: 'none', slope: 0 });
    return program;
  }

  /**
   * Rows that a training batch needs at least.
   *
   * @internal
   */
  get leastBatch(): number {
    return leastBatch(this.layers);
  }

  /** A plain value from which {@link fromJSON} makes the same model. */
  toJSON(): SequentialJson {
    return { kind: 'sequential', input: this.input, layers: this.layers.map(({ layer }) => layer) };
  }
}

function make(shape: readonly number[], layers: readonly Layer[]): Sequential {
  const input = checkShape('sequential.input', shape);
  if (layers.length === 0)
    throw new ThalwegError({
      code: 'RANGE',
      path: 'sequential.layers',
      received: 'no layer',
      expected: 'at least one layer',
    });
  checkNesting(layers);
  return new Sequential(input, layers);
}

/**
 * A model of layers in sequence: at most 2^17, and blocks at most 64 deep.
 *
 * @throws ThalwegError SHAPE, TYPE, RANGE, RANK, DEPTH, OVERFLOW, DUPLICATE, UNKNOWN_OPTION
 * @example
 * const model = nn.sequential({ input: [784] }, nn.dense(128, { activation: 'relu' }), nn.dense(10));
 */
export function sequential(options: SequentialOptions, ...layers: readonly Layer[]): Sequential {
  requireOptions('sequential', options, ['input']);
  return make(options.input, layers);
}

/**
 * The model that {@link Sequential.toJSON} described.
 *
 * @throws ThalwegError as {@link sequential}
 */
export function fromJSON(json: SequentialJson): Sequential {
  const { layers } = requireOptions('model', json, ['kind', 'input', 'layers']);
  if (!Array.isArray(layers))
    throw new ThalwegError({
      code: 'TYPE',
      path: 'model.layers',
      received: describe(layers),
      expected: 'an array of layers',
    });
  return make(json.input, layers as readonly Layer[]);
}
