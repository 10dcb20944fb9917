/** A model of layers as TensorFlow.js reads it: the topology of Keras, and the weights one after another. */

/** Settings of a layer, in the words of Keras. */
type Config = Readonly<Record<string, unknown>>;

/** A tensor of the weights. */
export interface TfjsWeightSpec {
  /** The layer's name and the tensor's, such as `dense1/kernel`. */
  readonly name: string;
  /** The extents, with the slowest axis first. */
  readonly shape: number[];
  /** The type of the elements. */
  readonly dtype: 'float32';
}

/** The parts of a model that `tf.loadLayersModel` takes from its `load` function. */
export interface TfjsArtifacts {
  /** The layers and their connections, as JSON. */
  readonly modelTopology: object;
  /** The format of the topology. */
  readonly format: 'layers-model';
  /** The program that has made it. */
  readonly generatedBy: string;
  /** The tensors in the order of `weightData`. */
  readonly weightSpecs: TfjsWeightSpec[];
  /** The values of all tensors. */
  readonly weightData: ArrayBuffer;
  /** Names of classes, the meaning of the outputs, and a preprocessing. */
  readonly userDefinedMetadata: Record<string, string>;
}

/** The version of TensorFlow.js whose topology this is. */
const version = 'tfjs-layers 4.22.0';

/** The output of a layer, and the shape of one example. */
export interface Value {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A tensor to add. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Names of layers that the model itself lacks. No layer of a user's has a name that ends in a dot. */
export const ownNames = { input: 'input.', probabilities: 'probabilities.' };

/** Collects layers in the order of computation, with their weights. */
export class Topology {
  readonly #layers: object[] = [];
  readonly #tensors: Tensor[] = [];
  readonly #input: string;

  constructor(input: readonly number[], dtype: 'float32' | 'int32') {
    const config = { batch_input_shape: [null, ...input], dtype, sparse: false };
    this.#input = this.#push('InputLayer', ownNames.input, config, []);
  }

  /** The value that the model reads. */
  get input(): string {
    return this.#input;
  }

  /** Adds a layer that reads values, and returns its name. */
  layer(className: string, name: string, { config = {}, from, tensors = [] }: LayerParts): string {
    for (const tensor of tensors) this.#tensors.push({ ...tensor, name: `${name}/${tensor.name}` });
    return this.#push(className, name, { trainable: true, ...config }, from);
  }

  /** Returns the parts that TensorFlow.js loads. */
  artifacts(
    output: string,
    { generatedBy, metadata }: { generatedBy: string; metadata: Record<string, string> },
  ): TfjsArtifacts {
    const config = {
      name: 'thalweg',
      layers: this.#layers,
      input_layers: [[this.#input, 0, 0]],
      output_layers: [[output, 0, 0]],
    };
    return {
      modelTopology: {
        class_name: 'Model',
        config,
        keras_version: version,
        backend: 'tensor_flow.js',
      },
      format: 'layers-model',
      generatedBy,
      weightSpecs: this.#tensors.map(({ name, shape }) => ({
        name,
        shape: [...shape],
        dtype: 'float32',
      })),
      weightData: joined(this.#tensors),
      userDefinedMetadata: metadata,
    };
  }

  #push(class_name: string, name: string, config: Config, from: readonly string[]): string {
    const inbound_nodes = from.length === 0 ? [] : [from.map((each) => [each, 0, 0, {}])];
    this.#layers.push({ class_name, name, config: { name, ...config }, inbound_nodes });
    return name;
  }
}

interface LayerParts {
  readonly config?: Config;
  /** The values that the layer reads. */
  readonly from: readonly string[];
  readonly tensors?: readonly Tensor[];
}

function joined(tensors: readonly Tensor[]): ArrayBuffer {
  const all = new Float32Array(tensors.reduce((sum, { values }) => sum + values.length, 0));
  let at = 0;
  for (const { values } of tensors) {
    all.set(values, at);
    at += values.length;
  }
  return all.buffer;
}
