/** A model that applies its layers one after another. */
import { ThalwegError } from '../errors.js';
import { requireOptions, wrongType } from '../options.js';
import { isInstance, isList } from '../values.js';
import {
  type Layer,
  type ParameterSpec,
  type PlacedLayer,
  Program,
  type StatisticSpec,
  count,
  sameSize,
} from './layer.js';
// This import registers the kind of each layer, so that descriptions from files can contain all kinds.
import './layers.js';
import { checkNesting } from './nesting.js';
import { leastBatch, lowerAll, place, within } from './place.js';
import { checkShape } from './shape.js';
import { rowsOf, table } from './summary.js';
import { trained } from './trainable.js';

/** Options of {@link sequential}. */
export interface SequentialOptions {
  /** Shape of one example without the batch dimension, such as `[784]`. */
  readonly input: readonly number[];
}

/** A model as plain data; JSON.stringify(model) writes it. */
export interface SequentialJson {
  /** The kind of container. */
  readonly kind: 'sequential';
  /** Shape of one example. */
  readonly input: readonly number[];
  /** The layers' descriptions in their order. */
  readonly layers: readonly Layer[];
}

/** A model: an immutable description without weights; a trainer makes the weights. */
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

  /** Running statistics in order, named as parameters are. Training updates them beside the parameters. */
  get statistics(): readonly StatisticSpec[] {
    return within(this.layers, ({ statistics }) => statistics);
  }

  /** The number of elements of all parameters. */
  get parameterCount(): number {
    return count(this.parameters);
  }

  /** The number of elements of all trained parameters, without layers that have `trainable: false`. */
  get trainableCount(): number {
    return count(trained(this.parameters));
  }

  /**
   * Returns a table of layers, output shapes and parameter counts, as text of several lines. It marks
   * frozen layers and, where there are any, shows the number of trained parameters.
   */
  summary(): string {
    return table(rowsOf(this.layers));
  }

  /**
   * Returns the ops of the layers for the native plan.
   *
   * @internal
   */
  lower(): Program {
    const program = new Program();
    lowerAll(this.layers, program, 0);
    // Layers that only change the shape have no op, but a plan needs at least one.
    if (program.ops.length === 0)
      program.add('activation', sameSize(this.input, 0), { activation: 'none', slope: 0 });
    return program;
  }

  /**
   * The least number of rows of a training batch.
   *
   * @internal
   */
  get leastBatch(): number {
    return leastBatch(this.layers);
  }

  /** Returns a plain value from which {@link fromJSON} makes the same model. */
  toJSON(): SequentialJson {
    return { kind: 'sequential', input: this.input, layers: this.layers.map(({ layer }) => layer) };
  }
}

/** Throws TYPE unless `model` is a model. */
export function checkSequential(path: string, model: unknown): asserts model is Sequential {
  if (isInstance(model, Sequential)) return;
  throw wrongType(path, model, 'a model such as nn.sequential(…)');
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
  return new Sequential(input, Array.from(layers)); // a hole becomes undefined, which is no layer
}

/**
 * Makes a model of layers in sequence. It has at most 2^17 layers, with blocks nested at most 64 deep.
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
 * Makes a model from the description that {@link Sequential.toJSON} returns.
 *
 * @throws ThalwegError as {@link sequential}
 */
export function fromJSON(json: SequentialJson): Sequential {
  const { layers } = requireOptions('model', json, ['kind', 'input', 'layers']);
  if (!isList(layers)) throw wrongType('model.layers', layers, 'an array of layers');
  return make(json.input, layers as readonly Layer[]);
}
