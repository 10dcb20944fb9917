/** Types of a model's ops as the addon reads them; native/train/plan/network.h. */

/** The values that an op reads, and the sizes of its values. */
export interface OpPlace {
  /** The values that the op reads: value 0 is the model's input, value i + 1 the output of op i. */
  readonly from: readonly number[];
  /** Numbers that one example has in each of these values. */
  readonly inputs: number;
  /** Numbers that one example has in the op's output. */
  readonly outputs: number;
}

/** Further settings of one kind of op; native/layers/ reads them. */
export type OpFields = Readonly<Record<string, string | number | boolean>>;

/** One op of a native plan; native/layers/layers.def lists the kinds. */
export interface NativeLayer extends OpPlace {
  readonly kind: string;
  /** Name of the op's layer, as it occurs in the names of the model's parameters. */
  readonly name: string;
  /** True where training does not change the layer. */
  readonly frozen: boolean;
  readonly fields: OpFields;
}
