/** Residual blocks. */
import { ThalwegError } from '../errors.js';
import { checkOptions, isArray } from '../options.js';
import { checkList, isList } from '../values.js';
import { defineKind } from './kinds.js';
import { type Layer, type PlacedLayer, sameSize } from './layer.js';
import { checkName } from './name.js';
import { checkCount } from './nesting.js';
import { type TrainableOptions, checkTrainable } from './trainable.js';
import { leastBatch, lowerAll, place, within } from './place.js';

/** Options of {@link residual}. */
export interface ResidualOptions extends TrainableOptions {
  /**
   * A layer, or several in sequence, through which x passes before it is added, such as
   * `nn.dense(64, { useBias: false })`. Their output has the shape of the layers' output. By default x
   * is added unchanged.
   */
  readonly shortcut?: Layer | readonly Layer[];
  /** 1 to 64 letters, digits, `_` or `-`. Default `residual` and a number, such as `residual1`. */
  readonly name?: string;
}

/** Description of a residual block. */
export interface ResidualLayer extends Layer {
  /** The kind of layer. */
  readonly kind: 'residual';
  /** The layers in sequence. */
  readonly layers: readonly Layer[];
  /** The layers through which x passes before it is added; empty where x is added unchanged. */
  readonly shortcut: readonly Layer[];
}

/**
 * Computes y = layers(x) + shortcut(x): it adds x to the output of layers in sequence (He et al. 2016).
 * The layers learn the difference from x, and gradients reach the layers below undiminished. Where the
 * shape changes, give a `shortcut` that projects x.
 *
 * Names of the block's parameters begin with the block's name: `residual1.dense1.weight`,
 * `residual1.shortcut.dense1.weight`. Blocks may be nested, at most 64 deep.
 *
 * @param layers the layers in sequence, at least one
 * @throws ThalwegError RANGE, TYPE, OVERFLOW, UNKNOWN_OPTION; SHAPE in `nn.sequential` where the shapes differ
 * @example
 * const block = nn.residual([nn.dense(64), nn.batchNorm(), nn.relu(), nn.dense(64)]);
 */
export function residual(layers: readonly Layer[], options: ResidualOptions = {}): ResidualLayer {
  checkOptions('residual', options, ['shortcut', 'name', 'trainable']);
  const body = checkLayers('residual.layers', layers);
  if (body.length === 0)
    throw new ThalwegError({
      code: 'RANGE',
      path: 'residual.layers',
      received: 'no layer',
      expected: 'at least one layer',
    });
  const { shortcut = [] } = options;
  const beside = isArray(shortcut) ? checkLayers('residual.shortcut', shortcut) : [shortcut];
  return Object.freeze({
    kind: 'residual',
    layers: Object.freeze(body),
    shortcut: Object.freeze(beside),
    ...checkName('residual.name', options.name),
    ...checkTrainable('residual.trainable', options.trainable),
  });
}

/** Returns a copy of an array of layers. Placement refuses elements that are no layers. */
function checkLayers(path: string, layers: unknown): readonly Layer[] {
  const expected = 'an array of layers, as [nn.dense(64), nn.relu()]';
  if (isList(layers)) checkCount(layers.length);
  return checkList(path, layers, expected, (_, layer) => layer as Layer);
}

/** Refuses a layer named `shortcut`, because names of the shortcut's parameters begin so. */
function refuseName(path: string): never {
  throw new ThalwegError({
    code: 'DUPLICATE',
    path: `${path}.layers`,
    received: "a layer named 'shortcut'",
    expected: 'another name: the shortcut of the block has it',
  });
}

interface Branches {
  readonly body: readonly PlacedLayer[];
  readonly shortcut: readonly PlacedLayer[];
}

/** The last result for each block. Without it the work would grow exponentially with the depth of nesting. */
const known = new WeakMap<ResidualLayer, Branches & { readonly input: string }>();

function branches(layer: ResidualLayer, given: readonly number[], path = 'layers'): Branches {
  const input = given.join();
  const last = known.get(layer);
  if (last?.input === input) return last;
  const made = {
    input,
    body: place(given, layer.layers, `${path}.layers`),
    shortcut: place(given, layer.shortcut, `${path}.shortcut`),
  };
  known.set(layer, made);
  return made;
}

/** Returns the layers of both branches; names of the shortcut's layers begin with `shortcut`. */
function inner({ body, shortcut }: Branches): readonly PlacedLayer[] {
  return [...body, ...shortcut.map((layer) => ({ ...layer, name: `shortcut.${layer.name}` }))];
}

declare module './layer.js' {
  interface LayerKinds {
    /** A block with its shortcut. */
    readonly residual: ResidualLayer;
  }
}

/** Says how to make the shapes of a block equal. */
function remedyFor(shape: readonly number[], beside: readonly number[]): string {
  const features = shape.at(-1)!;
  if (shape.length !== 3 || beside.length !== 3)
    return `project x: shortcut: nn.dense(${features}, { useBias: false })`;
  if (shape[0] !== beside[0] || shape[1] !== beside[1])
    return "keep the size: padding: 'same', or take the same stride in the shortcut";
  return `project x: shortcut: nn.conv2d(${features}, { kernel: 1, useBias: false })`;
}

defineKind<ResidualLayer>({
  kind: 'residual',
  check: ({ kind, layers, ...options }) => residual(layers, options),
  outputShape(layer, input, path) {
    const { body, shortcut } = branches(layer, input, path);
    if (shortcut.length > 0 && body.some(({ name }) => name === 'shortcut')) refuseName(path);
    const shape = body.at(-1)!.outputShape;
    const beside = shortcut.at(-1)?.outputShape ?? input;
    if (shape.join() === beside.join()) return shape;
    throw new ThalwegError({
      code: 'SHAPE',
      path,
      received: `layers that give [${shape.join(', ')}] beside a shortcut of [${beside.join(', ')}]`,
      expected: 'two equal shapes, because the block adds them',
      remedy: remedyFor(shape, beside),
    });
  },
  parts: ({ layers, shortcut }) =>
    [layers, shortcut].map((part: unknown) => (isList(part) ? part : [part])),
  layers: (layer, input, path) => inner(branches(layer, input, path)),
  parameters: (layer, input) =>
    within(inner(branches(layer, input)), ({ parameters }) => parameters),
  statistics: (layer, input) =>
    within(inner(branches(layer, input)), ({ statistics }) => statistics),
  leastBatch: (layer, input) => leastBatch(inner(branches(layer, input))),
  lower(layer, input, program, from) {
    const { body, shortcut } = branches(layer, input);
    const { name } = program;
    const value = lowerAll(body, program, from);
    program.name = `${name}.shortcut`;
    const other = lowerAll(shortcut, program, from);
    program.name = name;
    return program.add('add', sameSize(body.at(-1)!.outputShape, value, other));
  },
});
