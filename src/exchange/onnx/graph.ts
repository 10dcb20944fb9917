/** A graph of ONNX: nodes in the order of computation, and their constant tensors. */
import { Message } from '../protobuf.js';

/** The attribute of a node: whole numbers and lists of them, a text, or a number in float32. */
export type Attribute = number | string | readonly number[] | { readonly float: number };

/** The attribute types of onnx.proto. */
const attributeTypes = { float: 1, integer: 2, text: 3, integers: 7 };
/** The element types of onnx.proto. */
export const elementTypes = { float: 1, int64: 7 };

function encodeAttribute(name: string, value: Attribute): Message {
  const message = new Message().text(1, name);
  if (typeof value === 'number')
    return message.integer(3, value).integer(20, attributeTypes.integer);
  if (typeof value === 'string') return message.text(4, value).integer(20, attributeTypes.text);
  if ('float' in value) return message.float(2, value.float).integer(20, attributeTypes.float);
  return message.integers(8, value).integer(20, attributeTypes.integers);
}

/**
 * A value of the graph. Its examples have `shape` with the channels last, as the model has them. Where
 * `isFirst` is true, the tensor itself has them first, as ONNX's operators of pictures read it.
 */
export interface Value {
  readonly name: string;
  readonly shape: readonly number[];
  readonly isFirst: boolean;
}

/** A node to add. */
interface NodeOptions {
  readonly inputs: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** The name of the output. Default the layer and the operator. */
  readonly output?: string;
}

/** Collects nodes and tensors. Names of values begin with the layer that is being added. */
export class Graph {
  readonly #nodes: Message[] = [];
  readonly #tensors = new Map<string, Message>();
  readonly #turned = new Map<string, Value>();
  readonly #counts = new Map<string, number>();
  /** The name of the layer that is being added. */
  scope = '';

  /** Adds a node with one output, and returns the output's name. */
  node(operator: string, { inputs, attributes = {}, output: given }: NodeOptions): string {
    const stem = `${this.scope}/${operator}`;
    const count = (this.#counts.get(stem) ?? 0) + 1;
    this.#counts.set(stem, count);
    const output = given ?? (count === 1 ? stem : `${stem}${count}`);
    const node = new Message();
    for (const input of inputs) node.text(1, input);
    node.text(2, output).text(3, output).text(4, operator);
    for (const [name, value] of Object.entries(attributes))
      node.message(5, encodeAttribute(name, value));
    this.#nodes.push(node);
    return output;
  }

  /** Adds a constant tensor of float32 once, and returns its name. */
  floats(name: string, shape: readonly number[], values: Float32Array): string {
    const { buffer, byteOffset, byteLength } = values;
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    return this.#tensor(name, elementTypes.float, shape, bytes);
  }

  /** Adds a constant number, and returns its name. */
  scalar(value: number): string {
    return this.floats(`constant ${Math.fround(value)}`, [], Float32Array.of(value));
  }

  /** Adds a constant list of whole numbers, and returns its name. */
  integers(values: readonly number[]): string {
    const list = BigInt64Array.from(values, BigInt);
    const name = `constant [${values.join(', ')}]`;
    return this.#tensor(name, elementTypes.int64, [values.length], new Uint8Array(list.buffer));
  }

  /** Returns the value with its channels first; examples of other shapes than pictures stay as they are. */
  first(value: Value): Value {
    return value.isFirst || value.shape.length !== 3 ? value : this.#turn(value, [0, 3, 1, 2]);
  }

  /** Returns the value with its channels last. */
  last(value: Value): Value {
    return value.isFirst ? this.#turn(value, [0, 2, 3, 1]) : value;
  }

  /** Gives examples another shape, with the last dimension fastest. */
  reshape(value: Value, shape: readonly number[]): Value {
    const inputs = [this.last(value).name, this.integers([0, ...shape])]; // 0 keeps the batch
    return { name: this.node('Reshape', { inputs }), shape, isFirst: false };
  }

  /** Returns the graph as a message, without its inputs and outputs. */
  encode(name: string): Message {
    const message = new Message();
    for (const node of this.#nodes) message.message(1, node);
    message.text(2, name);
    for (const tensor of this.#tensors.values()) message.message(5, tensor);
    return message;
  }

  #turn(value: Value, perm: readonly number[]): Value {
    const known = this.#turned.get(value.name);
    if (known !== undefined) return known;
    const name = this.node('Transpose', { inputs: [value.name], attributes: { perm } });
    const turned = { name, shape: value.shape, isFirst: !value.isFirst };
    this.#turned.set(value.name, turned);
    this.#turned.set(name, value);
    return turned;
  }

  #tensor(name: string, type: number, shape: readonly number[], bytes: Uint8Array): string {
    if (!this.#tensors.has(name)) {
      const tensor = new Message().integers(1, shape).integer(2, type).text(8, name);
      this.#tensors.set(name, tensor.bytes(9, bytes));
    }
    return name;
  }
}
