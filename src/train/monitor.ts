/** The health of layers while they train: what native code saw of some steps, and what it means. */
import type { RunControl } from '../callbacks/callback.js';
import type { Sequential } from '../nn/sequential.js';
import { count } from '../nn/layer.js';
import { checkBoolean, checkNumber, checkOptions } from '../options.js';

/** Options of `fit`'s `monitor`. */
export interface MonitorOptions {
  /**
   * Looks at every such step, counted over all runs: an integer, at least 1. Default 100; on a GPU,
   * which has to be waited for, 1000.
   */
  readonly every?: number;
}

/** One layer in an epoch: means over the steps that were looked at, unless said otherwise. */
export interface LayerHealth {
  /** The layer's name. */
  readonly layer: string;
  /** Euclidean norm of the gradient of all its parameters, before clipping; absent without any. */
  readonly gradientNorm?: number;
  /** The largest of these norms. */
  readonly largestGradientNorm?: number;
  /** Euclidean norm of all its parameters after the last step looked at. */
  readonly weightNorm?: number;
  /** Norm of a step's change over that of the weights: about 10⁻³ in a healthy run. */
  readonly updateRatio?: number;
  /**
   * Share of the units of a relu that were 0 for every row of this epoch that was looked at; absent of
   * other layers.
   */
  readonly deadShare?: number;
}

type Warning = Parameters<RunControl['warn']>[0];

/** `every`, or 0 for none. */
export function checkMonitor(path: string, given: unknown, device: string): number {
  const fallback = device.startsWith('cuda') ? 1000 : 100;
  if (typeof given !== 'object') return checkBoolean(path, given) ? fallback : 0;
  const { every = fallback } = checkOptions(path, given, ['every']);
  return checkNumber(`${path}.every`, every, { min: 1, integer: true });
}

/** Where the numbers of a layer, in blocks of each op, lie in a row that native code wrote. */
interface Place {
  readonly layer: string;
  /** Of the first of the tensors' three columns. */
  readonly first: number;
  readonly tensors: number;
  /** Numbers in the tensors. */
  readonly size: number;
  readonly dead: number;
}

/** What one step showed of one layer. */
interface Look {
  readonly gradient: number;
  readonly weight: number;
  readonly ratio: number;
  readonly dead: number;
}

function placesOf(model: Sequential): readonly Place[] {
  const columns = 1 + 3 * model.parameters.length;
  const ownerOf = (parameter: string): string => parameter.slice(0, parameter.lastIndexOf('.'));
  let tensor = 0;
  return model.lower().ops.map(({ name }, index) => {
    const own = model.parameters.filter((parameter) => ownerOf(parameter.name) === name);
    const first = 1 + 3 * tensor;
    tensor += own.length;
    return { layer: name, first, tensors: own.length, size: count(own), dead: columns + index };
  });
}

function lookAt(row: Float64Array, { first, tensors, dead }: Place): Look {
  const norm = (column: number): number => {
    let sum = 0;
    for (let i = 0; i < tensors; i++) sum += row[first + 3 * i + column]!;
    return Math.sqrt(sum);
  };
  const [gradient, weight, update] = [norm(0), norm(1), norm(2)];
  return { gradient, weight, ratio: weight === 0 ? 0 : update / weight, dead: row[dead]! };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

/** Looks that an explosion is judged by, at least and at most. */
const [fewest, most] = [4, 101];
/** A gradient is exploding at this many times the median of those before it, */
const explosion = 100;
/** and this many times the first one: where the gradient has died down, its noise is no explosion. */
const beyondFirst = 10;
/** Updates as large as this share of the weights throw away what they knew. */
const largeUpdate = 0.1;
/** A gradient vanishes where it is, number by number, this share of the largest layer's. */
const vanishing = 1e-4;
/** More dead units than this share are too many. */
const manyDead = 0.5;

/** Takes in what native code saw, and judges it. */
export class Monitor {
  readonly #places: readonly Place[];
  readonly #width: number;
  /** Of the epoch under way, by layer. */
  #looks: Look[][];
  /** Gradient norms of the run, the latest last, and the first one, by layer. */
  readonly #norms: number[][];
  readonly #first: (number | undefined)[];

  constructor(model: Sequential) {
    this.#places = placesOf(model);
    this.#width = 1 + 3 * model.parameters.length + this.#places.length;
    this.#looks = this.#places.map(() => []);
    this.#norms = this.#places.map(() => []);
    this.#first = this.#places.map(() => undefined);
  }

  /** Rows as native/train/monitor.h describes them; warnings of what cannot wait. */
  take(seen: Float64Array): readonly Warning[] {
    const warnings: Warning[] = [];
    for (let at = 0; at < seen.length; at += this.#width) {
      const row = seen.subarray(at, at + this.#width);
      this.#places.forEach((place, i) => {
        const look = lookAt(row, place);
        this.#looks[i]!.push(look);
        if (place.tensors > 0 && this.#explodes(i, look.gradient))
          warnings.push(exploding(place.layer, row[0]!, look.gradient));
      });
    }
    return warnings;
  }

  /** Whether a gradient is beyond those before it, which it then joins. */
  #explodes(layer: number, gradient: number): boolean {
    const norms = this.#norms[layer]!;
    const first = (this.#first[layer] ??= gradient);
    const isHuge =
      norms.length >= fewest &&
      gradient > explosion * median(norms) &&
      gradient > beyondFirst * first;
    norms.push(gradient);
    if (norms.length > most) norms.shift();
    return isHuge || !Number.isFinite(gradient);
  }

  /** The epoch's record of each layer, where any step was looked at. */
  endEpoch(): { readonly layers?: readonly LayerHealth[] } {
    const looks = this.#looks;
    this.#looks = this.#places.map(() => []);
    if (looks[0]?.length === 0) return {};
    return { layers: this.#places.map((place, i) => healthOf(place, looks[i]!)) };
  }

  /** What an epoch's record gives reason to warn of. */
  warnings(layers: readonly LayerHealth[] = []): readonly Warning[] {
    const spread = (health: LayerHealth, i: number): number =>
      (health.gradientNorm ?? 0) / Math.sqrt(Math.max(this.#places[i]!.size, 1));
    const largest = Math.max(0, ...layers.map(spread).filter(Number.isFinite));
    return layers.flatMap((health, i) => {
      const share = spread(health, i) / largest;
      const { layer, updateRatio = 0, deadShare = 0, gradientNorm } = health;
      return [
        ...(deadShare > manyDead ? [dead(layer, deadShare)] : []),
        ...(updateRatio > largeUpdate ? [restless(layer, updateRatio)] : []),
        ...(gradientNorm !== undefined && share < vanishing ? [vanished(layer, share)] : []),
      ];
    });
  }
}

function healthOf({ layer, tensors }: Place, looks: readonly Look[]): LayerHealth {
  const gradients = looks.map(({ gradient }) => gradient);
  const last = looks.at(-1)!;
  return {
    layer,
    ...(tensors > 0 && {
      gradientNorm: mean(gradients),
      largestGradientNorm: Math.max(...gradients),
      weightNorm: last.weight,
      updateRatio: mean(looks.map(({ ratio }) => ratio)),
    }),
    ...(!Number.isNaN(last.dead) && { deadShare: last.dead }),
  };
}

function exploding(layer: string, step: number, norm: number): Warning {
  return {
    ...{ code: 'EXPLODING', layer },
    message: `the gradient of ${layer} explodes: its norm is ${norm.toPrecision(3)} at step ${step}`,
    remedy: 'clip it with clip: { globalNorm: 1 }, lower the learning rate, or warm it up',
  };
}

function vanished(layer: string, share: number): Warning {
  return {
    ...{ code: 'VANISHING', layer },
    message: `hardly any gradient reaches ${layer}: number by number ${share.toPrecision(3)} of the largest layer's`,
    remedy: 'take relu or gelu with the initializer he, fewer layers, or ones that normalise',
  };
}

function restless(layer: string, ratio: number): Warning {
  return {
    ...{ code: 'LARGE_UPDATES', layer },
    message: `each step changes ${layer} by ${(ratio * 100).toPrecision(3)} % of its weights; about 0.1 % is usual`,
    remedy: 'lower the learning rate, or scale the inputs to about 1',
  };
}

function dead(layer: string, share: number): Warning {
  return {
    ...{ code: 'DEAD_UNITS', layer },
    message: `${(share * 100).toFixed(0)} % of the units of ${layer} are 0 for every example looked at`,
    remedy: 'lower the learning rate, take leakyRelu or gelu, or the initializer he',
  };
}
