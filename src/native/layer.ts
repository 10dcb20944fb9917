/** The ops of a model, as the addon reads them; native/train/network.h. */

/** One op of a model. */
export interface NativeLayer {
  readonly kind:
    | 'dense'
    | 'activation'
    | 'softmax'
    | 'dropout'
    | 'batchNorm'
    | 'layerNorm'
    | 'add'
    | 'embedding';
  /** Name of the layer that it is of, as in the model's parameters. */
  readonly name: string;
  /** The value that it reads: 0 is the model's input, i + 1 what op i gives. */
  readonly from: number;
  /** Of `add`: the second one. */
  readonly other: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: string;
  /** Slope of leakyRelu for negative inputs. */
  readonly slope: number;
  /** Of the norms: whether the offset is there. */
  readonly useBias: boolean;
  /** Of the norms: the last extent of an example, what they normalise by, and batch norm's rest. */
  readonly columns: number;
  /** Of `embedding`: rows of its table, each of `columns`. */
  readonly count: number;
  readonly useScale: boolean;
  readonly epsilon: number;
  readonly momentum: number;
  readonly unbiased: boolean;
  /** Whether the layer stays as it is. */
  readonly frozen: boolean;
}
