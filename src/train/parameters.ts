/** Reads and replaces a model's parameters and running statistics in native memory, by name. */
import { checkArray } from '../arrays.js';
import type { Weights } from '../average/weights.js';
import { ThalwegError } from '../errors.js';
import type { NativeTrainer } from '../native.js';
import type { Sequential } from '../nn/sequential.js';
import { requireOptions } from '../options.js';

/** Arrays by name. */
type Arrays = Readonly<Record<string, Float32Array>>;
type Named = readonly { readonly name: string }[];

/** Returns a copy of each parameter. */
export function readParameters(
  trainer: NativeTrainer,
  model: Sequential,
  weights: Weights = 'raw',
): Record<string, Float32Array> {
  const averaged = weights === 'averaged';
  return Object.fromEntries(
    model.parameters.map(({ name }, i) => [name, trainer.parameter(i, averaged)]),
  );
}

/** Replaces all of them, after all arrays have been checked. */
export function writeParameters(trainer: NativeTrainer, model: Sequential, given: Arrays): void {
  trainer.setParameters(inOrder('parameters', model.parameters, given));
}

/** Returns a copy of each running statistic. */
export function readStatistics(
  trainer: NativeTrainer,
  model: Sequential,
  weights: Weights = 'raw',
): Record<string, Float32Array> {
  const averaged = weights === 'averaged';
  return Object.fromEntries(
    model.statistics.map(({ name }, i) => [name, trainer.statistic(i, averaged)]),
  );
}

/** Replaces all of them, after all arrays have been checked. */
export function writeStatistics(trainer: NativeTrainer, model: Sequential, given: Arrays): void {
  trainer.setStatistics(inOrder('statistics', model.statistics, given));
}

/** Returns copies of all tensors that predictions depend on: parameters, then statistics. */
export function readState(
  trainer: NativeTrainer,
  model: Sequential,
  weights: Weights = 'raw',
): Record<string, Float32Array> {
  return { ...readParameters(trainer, model, weights), ...readStatistics(trainer, model, weights) };
}

/** Replaces all tensors that {@link readState} returns, after all arrays have been checked. */
export function writeState(trainer: NativeTrainer, model: Sequential, given: Arrays): void {
  const { parameters, statistics } = model;
  const arrays = inOrder('weights', [...parameters, ...statistics], given);
  [...parameters, ...statistics].forEach(({ name, shape }, i) => {
    const wanted = shape.reduce((product, extent) => product * extent, 1);
    const { length } = arrays[i]!;
    if (length === wanted) return;
    throw new ThalwegError({
      code: 'SHAPE',
      path: `weights.${name}`,
      received: `${length} elements`,
      expected: `${wanted} elements`,
    });
  });
  trainer.setParameters(arrays.slice(0, parameters.length));
  trainer.setStatistics(arrays.slice(parameters.length));
}

/** Returns the arrays in the order of `specs`; throws where one is missing or has another name. */
function inOrder(path: string, specs: Named, arrays: Arrays): Float32Array[] {
  const names = specs.map(({ name }) => name);
  requireOptions(path, arrays, names);
  return names.map((name) => {
    const array = arrays[name];
    if (array === undefined)
      throw new ThalwegError({
        code: 'MISSING',
        path: `${path}.${name}`,
        received: 'nothing',
        expected: 'a Float32Array',
      });
    return checkArray(`${path}.${name}`, array, Float32Array);
  });
}
