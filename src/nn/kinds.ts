/** What the kinds of layers mean: each layer's file makes its own known. */
import { ThalwegError } from '../errors.js';
import { describe, suggestion } from '../options.js';
import type { Layer, LayerKind } from './layer.js';

const kinds = new Map<string, LayerKind>();

/** Makes a kind known, so that models, and descriptions from files, understand it. */
export function defineKind<L extends Layer>(kind: LayerKind<L>): void {
  kinds.set(kind.kind, kind);
}

/** Every kind that is known. */
export function kindNames(): readonly string[] {
  return [...kinds.keys()];
}

/** What a layer's kind means; undefined where `layer` is no layer. */
export function findKind(layer: unknown): LayerKind | undefined {
  const name: unknown = (layer as Partial<Layer> | undefined | null)?.kind;
  return typeof name === 'string' ? kinds.get(name) : undefined;
}

/** What a layer's kind means; TYPE where `layer` is no layer. */
export function kindOf(layer: Layer, path: string): LayerKind {
  const kind = findKind(layer);
  if (kind !== undefined) return kind;
  const name: unknown = (layer as Layer | undefined)?.kind;
  throw new ThalwegError({
    code: 'TYPE',
    path,
    received: describe(name ?? layer),
    expected: 'a layer such as nn.dense(10)',
    remedy: typeof name === 'string' ? suggestion(name, kindNames()) : '',
  });
}
