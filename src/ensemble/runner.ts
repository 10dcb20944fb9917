/** Runs the members of an ensemble, and returns the contribution of each to the predictions. */
import type { Dataset } from '../data/dataset.js';
import { gather } from '../data/gather.js';
import type { DeviceName } from '../device.js';
import { ThalwegError } from '../errors.js';
import type { Loss } from '../loss/loss.js';
import { elements } from '../nn/layer.js';
import type { Sequential } from '../nn/sequential.js';
import { sgd } from '../optim/rules/sgd.js';
import { checkDataset } from '../run/task.js';
import { Trainer } from '../train/trainer.js';
import { type Combine, type OutputKind, contribution } from './combine.js';
import type { Member } from './member.js';
import type { MemberOutputs } from './study.js';

/** The meaning of the members' outputs, and the way to combine them. */
export interface Combination {
  readonly loss: Loss;
  readonly outputKind: OutputKind;
  readonly combine: Combine;
}

/** The number of rows that are gathered at a time. */
const blockRows = 4096;

/** Owns a trainer for each model, which gets the weights of the members with this model in turn. */
export class Runner {
  /** The number of outputs of a row. */
  readonly width: number;
  readonly #members: readonly Member[];
  readonly #combination: Combination;
  readonly #device: DeviceName;
  #trainers: Map<Sequential, Trainer> | undefined = new Map();
  /** Settles when the latest call is done; the next call waits for it. */
  #last: Promise<unknown> = Promise.resolve();

  /** `members` has at least one member, and is checked. */
  constructor(members: readonly Member[], combination: Combination, device: DeviceName) {
    this.width = elements(members[0]!.model.outputShape);
    this.#members = members;
    this.#combination = combination;
    this.#device = device;
  }

  /** Returns the contribution of each member for the rows of `inputs`. */
  contributions(inputs: Float32Array | Dataset): Promise<Float64Array[]> {
    const { outputKind, combine } = this.#combination;
    const work = this.#last.then(async () => {
      const parts: Float64Array[] = [];
      for (const { model, parameters } of this.#members) {
        const trainer = this.#trainerOf(model);
        trainer.setParameters(namedIn(model.parameters, parameters));
        trainer.setStatistics(namedIn(model.statistics, parameters));
        const outputs = await trainer.predict(inputs);
        parts.push(contribution(outputs, this.width, outputKind, combine));
      }
      return parts;
    });
    this.#last = work.catch(() => undefined);
    return work;
  }

  /** Returns the contribution of each member for all rows of a data set. */
  async memberOutputs(dataset: Dataset): Promise<MemberOutputs> {
    checkDataset('dataset', dataset, {
      model: this.#members[0]!.model,
      loss: this.#combination.loss,
      device: this.#device,
    });
    const size = dataset.length * this.width;
    const contributions = this.#members.map(() => new Float64Array(size));
    const all = Uint32Array.from({ length: dataset.length }, (_, row) => row);
    for (let first = 0; first < dataset.length; first += blockRows) {
      const { inputs } = gather(dataset, all.subarray(first, first + blockRows));
      const parts = await this.contributions(inputs);
      parts.forEach((part, member) => {
        contributions[member]!.set(part, first * this.width);
      });
    }
    return { contributions, labels: labelsOf(dataset), width: this.width, ...this.#combination };
  }

  /** Frees all memory; later calls throw DISPOSED. */
  dispose(): void {
    this.#trainers?.forEach((trainer) => {
      trainer.dispose();
    });
    this.#trainers = undefined;
  }

  #trainerOf(model: Sequential): Trainer {
    if (this.#trainers === undefined)
      throw new ThalwegError({
        code: 'DISPOSED',
        path: 'ensemble',
        received: 'a disposed ensemble',
        expected: 'a live ensemble',
        remedy: 'make a new Ensemble',
      });
    const known = this.#trainers.get(model);
    if (known) return known;
    const trainer = new Trainer({
      model,
      loss: this.#combination.loss,
      device: this.#device,
      optimizer: sgd(),
    });
    this.#trainers.set(model, trainer);
    return trainer;
  }
}

function labelsOf(dataset: Dataset): Int32Array | Float32Array {
  if (dataset.weighted) refuseWeights();
  const kind = dataset.labelKind === 'sparse' ? Int32Array : Float32Array;
  const labels = new kind(dataset.length * dataset.labelWidth);
  for (let first = 0; first < dataset.length; first += blockRows) {
    const count = Math.min(blockRows, dataset.length - first);
    const rows = Uint32Array.from({ length: count }, (_, i) => first + i);
    labels.set(gather(dataset, rows).labels!, first * dataset.labelWidth);
  }
  return labels;
}

function refuseWeights(): never {
  throw new ThalwegError({
    code: 'UNSUPPORTED',
    path: 'dataset',
    received: 'rows with weights',
    expected: 'rows without weights, because an ensemble counts each row once',
    remedy: 'pass the data set that withWeights was called on',
  });
}

/** Returns the arrays that `tensors` name. */
function namedIn(
  tensors: readonly { readonly name: string }[],
  arrays: Member['parameters'],
): Record<string, Float32Array> {
  return Object.fromEntries(tensors.map(({ name }) => [name, arrays[name]!]));
}
