/** A registry of the layers that a format can hold. Each layer's file registers its own. */
import { ThalwegError } from '../errors.js';
import type { Layer } from '../nn/layer.js';

/** Fields that say nothing of what a trained layer computes. */
const ignored = ['kind', 'name', 'trainable', 'weightInitializer', 'biasInitializer'];

/** Throws UNSUPPORTED for a layer that cannot be written. */
export function refuseLayer(path: string, received: string, expected: string): never {
  throw new ThalwegError({
    code: 'UNSUPPORTED',
    path,
    received,
    expected,
    remedy: 'serve the model with a Predictor, or make it of other layers',
  });
}

/** The functions that write layers, by kind; `Emit` is the type of one. */
export class Emitters<Emit> {
  readonly #known = new Map<string, { readonly fields: readonly string[]; readonly emit: Emit }>();

  /**
   * Registers how layers of a kind are written.
   *
   * @param fields the fields of the description that `emit` reads or may ignore. A layer with another field is
   * refused, so that an option that came later is not lost
   */
  define(kind: string, fields: readonly string[], emit: Emit): void {
    this.#known.set(kind, { fields: [...ignored, ...fields], emit });
  }

  /** Returns how a layer is written; throws UNSUPPORTED for other kinds and fields. */
  of({ layer, name }: { readonly layer: Layer; readonly name: string }): Emit {
    const emitter = this.#known.get(layer.kind);
    if (emitter === undefined)
      refuseLayer(
        name,
        `a layer of kind ${layer.kind}`,
        `one of ${[...this.#known.keys()].join(', ')}`,
      );
    const { fields, emit } = emitter;
    const other = Object.keys(layer).find((field) => !fields.includes(field));
    if (other !== undefined)
      refuseLayer(
        `${name}.${other}`,
        `a ${layer.kind} with ${other}`,
        `a ${layer.kind} without it`,
      );
    return emit;
  }
}
