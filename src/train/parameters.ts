/** A model's parameters in native memory, read and replaced by name. */
import { checkArray } from '../arrays.js';
import type { Weights } from '../average/weights.js';
import { ThalwegError } from '../errors.js';
import type { NativeTrainer } from '../native.js';
import type { Sequential } from '../nn/sequential.js';
import { checkOptions } from '../options.js';

/** A copy of each. */
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

/** Replaces all; everything is checked before anything changes. */
export function writeParameters(
  trainer: NativeTrainer,
  model: Sequential,
  parameters: Readonly<Record<string, Float32Array>>,
): void {
  const names = model.parameters.map(({ name }) => name);
  checkOptions('parameters', parameters, names);
  trainer.setParameters(
    names.map((name) => {
      const array = parameters[name];
      if (array === undefined)
        throw new ThalwegError({
          code: 'MISSING',
          path: `parameters.${name}`,
          received: 'nothing',
          expected: 'a Float32Array',
        });
      return checkArray(`parameters.${name}`, array, Float32Array);
    }),
  );
}
