/** The options of a trainer. */
import type { WeightAverage } from '../average/weights.js';
import type { DeviceName } from '../device.js';
import type { Loss, LossName } from '../loss/loss.js';
import type { Sequential } from '../nn/sequential.js';
import type { Optimizer } from '../optim/define.js';
import type { ClipOptions, NonFinitePolicy } from '../optim/settings.js';

/** Options of a {@link Trainer}. `L` is the name of its loss, where the type knows it. */
export interface TrainerOptions<L extends LossName = LossName> {
  /** The model to train, from `nn.sequential`. */
  readonly model: Sequential;
  /** The loss: its name, or a description such as `loss.huber({ delta })`. */
  readonly loss: L | Loss<L>;
  /** The optimizer, from `optim.adam()`, … */
  readonly optimizer: Optimizer;
  /** Bounds on the gradient. Default none. */
  readonly clip?: ClipOptions;
  /** The policy for a step with NaN or an infinity. Default `'stop'`, which throws before any weight changes. */
  readonly nonFinite?: NonFinitePolicy;
  /** An average of the weights, from `average.ema()`, … Default none. */
  readonly average?: WeightAverage;
  /**
   * `'auto'` takes the first usable GPU, or `'cpu'` where there is none. `'cuda'` requires a GPU. `'cuda:1'`
   * names one of several, as do `'cuda:GPU-…'` and `'cuda:MIG-…'` with a UUID that nvidia-smi prints.
   * `'cpu:baseline'`, `'cpu:avx2'` and `'cpu:avx512'` force an instruction set. `'reference'` computes in
   * double with plain loops. Default `'auto'`.
   */
  readonly device?: DeviceName;
  /** The seed of initial weights, shuffles and dropout; an integer in [0, 2^64). Default 0. */
  readonly seed?: number | bigint;
  /**
   * The most bytes that the trainer may hold, an integer, at least 1. These are weights, gradients, optimizer
   * state and averages; the numbers of a batch in every layer; copies for checkpoints, guard and monitor;
   * inputs and outputs of `predict`; and the scores that ROC-AUC ranks. Data sets and their orders do not
   * count. A call that would need more throws MEMORY before it allocates. Default the memory of the machine
   * or container. On a GPU there is no default limit, because the driver refuses allocations itself.
   */
  readonly memoryLimit?: number;
}
