/** Names, shapes and ops of layers in sequence. A model is such a sequence, and a block contains one. */
import { ThalwegError } from '../errors.js';
import { kindOf } from './kinds.js';
import type { Layer, PlacedLayer, Program } from './layer.js';
import { freeze } from './trainable.js';

/** Gives each layer its name and shapes. Errors name `path` as the place of the layers. */
export function place(
  input: readonly number[],
  layers: readonly Layer[],
  path = 'layers',
): readonly PlacedLayer[] {
  const counts = new Map<string, number>();
  const taken = new Set<string>();
  let inputShape = input;
  const placed = layers.map((given, index) => {
    const at = `${path}[${index}]`;
    const kind = kindOf(given, at);
    const layer = kind.check(given);
    const name = layer.name ?? countedName(layer, counts);
    if (taken.has(name))
      throw new ThalwegError({
        code: 'DUPLICATE',
        path: `${at}.name`,
        received: `'${name}' a second time`,
        expected: 'a name of its own for each layer',
      });
    taken.add(name);
    if (kind.readsIndices && at !== 'layers[0]') refuseLater(at, layer);
    const inner = kind.layers?.(layer, inputShape, at);
    const parameters = kind.parameters(layer, inputShape);
    const own: PlacedLayer = Object.freeze({
      name,
      layer,
      inputShape,
      outputShape: kind.outputShape(layer, inputShape, at),
      parameters: layer.trainable === false ? freeze(parameters) : parameters,
      statistics: kind.statistics?.(layer, inputShape) ?? [],
      ...(inner && { layers: inner }),
    });
    inputShape = own.outputShape;
    return own;
  });
  return Object.freeze(placed);
}

function refuseLater(path: string, { kind }: Layer): never {
  throw new ThalwegError({
    code: 'SHAPE',
    path,
    received: `the output of another layer as input of ${kind}`,
    expected: "the model's inputs, which hold indices",
    remedy: `make ${kind} the first layer of the model`,
  });
}

/** Returns the layer's kind, or an activation's function, and the number of such layers so far. */
function countedName(layer: Layer, counts: Map<string, number>): string {
  const function_ = layer.kind === 'activation' && (layer as { activation?: string }).activation;
  const stem = function_ || layer.kind;
  const count = (counts.get(stem) ?? 0) + 1;
  counts.set(stem, count);
  return `${stem}${count}`;
}

/** Returns the tensors of all layers. Each name gets the layer's name in front: `dense1.weight`. */
export function within<T extends { readonly name: string }>(
  layers: readonly PlacedLayer[],
  tensorsOf: (layer: PlacedLayer) => readonly T[],
): T[] {
  return layers.flatMap((layer) =>
    tensorsOf(layer).map((tensor) => ({ ...tensor, name: `${layer.name}.${tensor.name}` })),
  );
}

/** Returns the least number of rows of a training batch. */
export function leastBatch(layers: readonly PlacedLayer[]): number {
  return layers.reduce(
    (least, { layer, name, inputShape }) =>
      layer.trainable === false
        ? least
        : Math.max(least, kindOf(layer, name).leastBatch?.(layer, inputShape) ?? 1),
    1,
  );
}

/** Adds the ops of all layers, the first of which reads value `from`. Returns the number of the last output. */
export function lowerAll(layers: readonly PlacedLayer[], program: Program, from: number): number {
  const { name: outer, frozen } = program;
  let value = from;
  for (const { layer, name, inputShape } of layers) {
    program.name = outer === '' ? name : `${outer}.${name}`;
    program.frozen = frozen || layer.trainable === false;
    value = kindOf(layer, name).lower(layer, inputShape, program, value);
  }
  program.name = outer;
  program.frozen = frozen;
  return value;
}
