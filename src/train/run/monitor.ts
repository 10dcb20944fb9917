/** Monitors the health of layers: collects the measurements of native code, and warns of problems. */
import type { NativeTrainProgress } from '../../native.js';
import { count } from '../../nn/layer.js';
import type { Sequential } from '../../nn/sequential.js';
import type { StepSettings } from '../../optim/settings.js';
import { checkBoolean, checkNumber, checkOptions } from '../../options.js';
import type { RunControl } from '../../run/callback.js';
import type { LayerHealth } from '../../run/health.js';
import { type LayerMeasurement, LayerWatch } from '../../run/layer-watch.js';
import type { MonitorState } from '../../run/saved-run.js';

/** Options of `fit`'s `monitor`. */
export interface MonitorOptions {
  /**
   * One step in so many, counted over all runs, is monitored: an integer, at least 1. Default 100. On a GPU
   * default 1000, because monitoring waits for the GPU.
   */
  readonly every?: number;
}

/** The measurements of native code since the last report; native/train/watch/monitor.h has the layout. */
type Seen = Pick<NativeTrainProgress, 'seen' | 'alive'>;
type Warning = Parameters<RunControl['warn']>[0];

/** Returns `every`; 0 where no step is monitored. */
export function checkMonitor(path: string, given: unknown, device: string): number {
  const fallback = device.startsWith('cuda') ? 1000 : 100;
  if (typeof given !== 'object') return checkBoolean(path, given) ? fallback : 0;
  const { every = fallback } = checkOptions(path, given, ['every']);
  return checkNumber(`${path}.every`, every, { min: 1, integer: true });
}

/** The columns of one layer in a row of measurements; in a block, of one op. */
interface LayerColumns {
  readonly layer: string;
  /** The index of the first tensor's three columns; the columns of the layer's other tensors follow. */
  readonly first: number;
  readonly tensors: number;
  /** The number of elements of the trained tensors. */
  readonly size: number;
  readonly dead: number;
}

function columnsOf(model: Sequential, settings: StepSettings): readonly LayerColumns[] {
  const columns = 1 + 3 * model.parameters.length;
  const ownerOf = (parameter: string): string => parameter.slice(0, parameter.lastIndexOf('.'));
  let tensor = 0;
  return model.lower().ops.map(({ name }, index) => {
    const own = model.parameters.filter((parameter) => ownerOf(parameter.name) === name);
    const first = 1 + 3 * tensor;
    tensor += own.length;
    const size = count(own.filter((parameter) => !settings.isFrozen(parameter)));
    return { layer: name, first, tensors: own.length, size, dead: columns + index };
  });
}

function measurementOf(
  row: Float64Array,
  { first, tensors, dead }: LayerColumns,
): LayerMeasurement {
  const norm = (column: number): number => {
    let sum = 0;
    for (let i = 0; i < tensors; i++) sum += row[first + 3 * i + column]!;
    return Math.sqrt(sum);
  };
  const [gradient, weight, update] = [norm(0), norm(1), norm(2)];
  return { gradient, weight, ratio: weight === 0 ? 0 : update / weight, dead: row[dead]! };
}

/** Updates larger than this share of the weights destroy what the layer has learnt. */
const largeUpdate = 0.1;
/** A gradient vanishes below this share of the largest gradient of a layer, both per element. */
const vanishing = 1e-4;
/** The share of dead units above which a layer gets a warning. */
const manyDead = 0.5;

/** Collects the measurements of native code, and warns of problems. */
export class Monitor {
  readonly #columns: readonly LayerColumns[];
  readonly #width: number;
  /** The sums of each layer. */
  readonly #watches: readonly LayerWatch[];
  #alive: Uint8Array | undefined;

  constructor(model: Sequential, settings: StepSettings) {
    this.#columns = columnsOf(model, settings);
    this.#width = 1 + 3 * model.parameters.length + this.#columns.length;
    this.#watches = this.#columns.map(() => new LayerWatch());
  }

  /** A bit for each relu unit that was above 0 in the current epoch, as native code last reported. */
  get alive(): Uint8Array | undefined {
    return this.#alive;
  }

  /** Adds the measurements since the last report. Returns warnings of exploding gradients. */
  take({ seen = new Float64Array(), alive = this.#alive }: Seen): readonly Warning[] {
    this.#alive = alive;
    const warnings: Warning[] = [];
    for (let at = 0; at < seen.length; at += this.#width) {
      const row = seen.subarray(at, at + this.#width);
      this.#columns.forEach((columns, i) => {
        const measured = measurementOf(row, columns);
        this.#watches[i]!.take(measured);
        if (columns.size > 0 && this.#watches[i]!.explodes(measured.gradient))
          warnings.push(exploding(columns.layer, row[0]!, measured.gradient));
      });
    }
    return warnings;
  }

  /** Returns the health of each layer in the epoch, where a step was monitored, and begins the next epoch. */
  endEpoch(): { readonly layers?: readonly LayerHealth[] } {
    const sums = this.#watches.map((watch) => watch.sums);
    for (const watch of this.#watches) watch.endEpoch();
    this.#alive = undefined;
    if (sums[0]?.looks === 0) return {};
    return { layers: this.#columns.map((columns, i) => healthOf(columns, sums[i]!)) };
  }

  state(): MonitorState {
    return {
      layers: this.#watches.map((watch) => watch.state()),
      ...(this.#alive && { moved: Buffer.from(this.#alive).toString('base64') }),
    };
  }

  /** Goes back to a state, or to the beginning where no state is given. */
  restore(state?: MonitorState): void {
    this.#watches.forEach((watch, i) => {
      watch.restore(state?.layers[i]);
    });
    const { moved } = state ?? {};
    this.#alive = moved === undefined ? undefined : new Uint8Array(Buffer.from(moved, 'base64'));
  }

  /** Returns the warnings for the health of the layers in an epoch. */
  warnings(layers: readonly LayerHealth[] = []): readonly Warning[] {
    const spread = (health: LayerHealth, i: number): number =>
      (health.gradientNorm ?? 0) / Math.sqrt(Math.max(this.#columns[i]!.size, 1));
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

function healthOf({ layer, tensors, size }: LayerColumns, sums: LayerWatch['sums']): LayerHealth {
  const { looks, gradientSum, largestGradient, ratioSum, weight, dead } = sums;
  return {
    layer,
    ...(size > 0 && {
      gradientNorm: gradientSum / looks,
      largestGradientNorm: largestGradient,
      updateRatio: ratioSum / looks,
    }),
    ...(tensors > 0 && { weightNorm: weight }),
    ...(!Number.isNaN(dead) && { deadShare: dead }),
  };
}

function exploding(layer: string, step: number, norm: number): Warning {
  return {
    code: 'EXPLODING',
    layer,
    message: `the gradient of ${layer} explodes: its norm is ${norm.toPrecision(3)} at step ${step}`,
    remedy: 'clip it with clip: { globalNorm: 1 }, lower the learning rate, or warm it up',
  };
}

function vanished(layer: string, share: number): Warning {
  return {
    code: 'VANISHING',
    layer,
    message: `hardly any gradient reaches ${layer}: per element ${share.toPrecision(3)} of the largest gradient of a layer`,
    remedy: 'take relu or gelu with the initializer heNormal, fewer layers, or ones that normalise',
  };
}

function restless(layer: string, ratio: number): Warning {
  return {
    code: 'LARGE_UPDATES',
    layer,
    message: `each step changes ${layer} by ${(ratio * 100).toPrecision(3)} % of its weights; about 0.1 % is usual`,
    remedy: 'lower the learning rate, or scale the inputs to about 1',
  };
}

function dead(layer: string, share: number): Warning {
  return {
    code: 'DEAD_UNITS',
    layer,
    message: `${(share * 100).toFixed(0)} % of the units of ${layer} are 0 for every example looked at`,
    remedy: 'lower the learning rate, take leakyRelu or gelu, or the initializer heNormal',
  };
}
