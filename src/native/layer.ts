/** The ops of a model, as the addon reads them; native/train/network.h. */

/** Where an op stands among others. */
export interface OpPlace {
  /** The values that it reads: 0 is the model's input, i + 1 what op i gives. */
  readonly from: readonly number[];
  /** Numbers of one example, in each of them. */
  readonly inputs: number;
  readonly outputs: number;
}

/** What an op of one kind needs to know besides; native/layers/ reads it. */
export type OpFields = Readonly<Record<string, string | number | boolean>>;

/** One op as the native plan takes it; `kind` is one of native/layers/layers.def. */
export interface NativeLayer extends OpPlace {
  readonly kind: string;
  /** Name of the layer that it is of, as in the model's parameters. */
  readonly name: string;
  /** Whether the layer stays as it is. */
  readonly frozen: boolean;
  readonly fields: OpFields;
}
