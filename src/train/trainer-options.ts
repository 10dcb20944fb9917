/** What a trainer is made with. */
import type { WeightAverage } from '../average/weights.js';
import type { DeviceName } from '../device.js';
import type { Loss, LossName } from '../loss/loss.js';
import type { Sequential } from '../nn/sequential.js';
import type { Optimizer } from '../optim/define.js';
import type { ClipOptions, NonFinitePolicy } from '../optim/settings.js';

/** Options of a {@link Trainer}. `L` is the name of its loss, where the type knows it. */
export interface TrainerOptions<L extends LossName = LossName> {
  /** What is trained, from `nn.sequential`. */
  readonly model: Sequential;
  /** By name, or described by `loss.huber({ delta })`, … */
  readonly loss: L | Loss<L>;
  /** How weights follow gradients, from `optim.adam()`, … */
  readonly optimizer: Optimizer;
  /** Bounds on the gradient. Default none. */
  readonly clip?: ClipOptions;
  /** What a NaN or infinite gradient does. Default `'stop'`: throws before any weight changes. */
  readonly nonFinite?: NonFinitePolicy;
  /** An average of the weights, from `average.ema()`, … Default none. */
  readonly average?: WeightAverage;
  /**
   * `'auto'` (default): the first GPU that serves, or else `'cpu'`. `'cuda'`: that GPU and nothing else;
   * `'cuda:1'`, or `'cuda:GPU-…'` or `'cuda:MIG-…'` with a UUID as nvidia-smi prints it: one of several.
   * `'cpu:baseline'`, `'cpu:avx2'` and `'cpu:avx512'` force an instruction set; `'reference'` is plain loops
   * in double.
   */
  readonly device?: DeviceName;
  /** Seed of initial weights, shuffles and dropout; an integer in [0, 2^64). Default 0. */
  readonly seed?: number | bigint;
  /**
   * Bytes that the trainer may hold, an integer, at least 1: weights, gradients, optimizer state and
   * averages, the numbers of a batch in every layer, copies for checkpoints, guard and monitor, what
   * `predict` takes and gives, the scores that ROC-AUC ranks. What would need more is refused with
   * MEMORY before anything is allocated. Data sets and their orders do not count. Default the memory
   * of the machine, or of the container; on a GPU none, for it refuses by itself.
   */
  readonly memoryLimit?: number;
}
