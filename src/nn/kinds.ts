/** The registry of layer kinds: each layer's file registers its own. */
import { suggestion, wrongType } from '../options.js';
import { propertyOf } from '../values.js';
import type { Layer, LayerKind } from './layer.js';

const kinds = new Map<string, LayerKind>();

/** Registers a kind, so that models and descriptions from files can contain it. */
export function defineKind<L extends Layer>(kind: LayerKind<L>): void {
  kinds.set(kind.kind, kind);
}

/** Returns the names of all registered kinds. */
export function kindNames(): readonly string[] {
  return [...kinds.keys()];
}

/** Returns the definition of a layer's kind; undefined where `layer` is no layer. */
export function findKind(layer: unknown): LayerKind | undefined {
  const name = propertyOf(layer, 'kind');
  return typeof name === 'string' ? kinds.get(name) : undefined;
}

/** Returns the definition of a layer's kind; throws TYPE where `layer` is no layer. */
export function kindOf(layer: Layer, path: string): LayerKind {
  const kind = findKind(layer);
  if (kind !== undefined) return kind;
  const name = propertyOf(layer, 'kind');
  throw wrongType(
    path,
    name ?? layer,
    'a layer such as nn.dense(10)',
    typeof name === 'string' ? suggestion(name, kindNames()) : '',
  );
}
