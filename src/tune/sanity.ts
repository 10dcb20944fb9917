/** Checks of data and model before a long run. */
import { type Dataset, nativeDataset } from '../data/dataset.js';
import { fromArrays } from '../data/from-arrays.js';
import { gather } from '../data/gather.js';
import { shuffledIndex } from '../data/order.js';
import type { Layer } from '../nn/layer.js';
import type { ResidualLayer } from '../nn/residual.js';
import { sequential } from '../nn/sequential.js';
import { checkNumber, checkOptions } from '../options.js';
import { valueAt } from '../schedule/schedule.js';
import type { TrainerOptions } from '../train/trainer-options.js';
import { Trainer } from '../train/trainer.js';
import { gradientErrors } from './gradient-check.js';
import { type Level, levelOf } from './loss-level.js';
import { type Subject, optionsOf, twinOf } from './twin.js';

/** Options of {@link sanityCheck}. */
export interface SanityOptions {
  /** The number of rows that are checked, an integer, at least 2. Default 256. */
  readonly rows?: number;
  /** The number of rows that the model should memorise, an integer, at least 1. Default 20. */
  readonly overfit?: number;
  /** The number of steps in which it should memorise them, an integer, at least 1. Default 500. */
  readonly steps?: number;
}

/** The result of one check. */
export interface SanityCheck {
  /** The name of the check. */
  readonly name: 'inputs' | 'chanceLoss' | 'overfit' | 'gradients';
  /** True where the check passed. */
  readonly passed: boolean;
  /** The measured number. */
  readonly measured: number;
  /** The finding, and the expected value. */
  readonly message: string;
  /** Advice for the user; empty where the check passed. */
  readonly remedy: string;
}

/** The results of all checks. */
export interface SanityReport {
  /** True where every check passed. */
  readonly passed: boolean;
  /** The checks in the order inputs, chanceLoss, overfit, gradients. */
  readonly checks: readonly SanityCheck[];
}

const path = 'sanityCheck';
/** The bounds of a usual root mean square of the inputs. */
const [smallest, greatest] = [1e-3, 30];
/** Rows count as memorised after their loss has fallen by this share. */
const learnt = 0.9;
/** The tolerated error of a gradient, as a share: float32 rounds, and a difference may cross a corner of relu. */
const offGradient = 0.05;

const show = (value: number): string => value.toPrecision(3);

/** Returns `count` different rows, chosen with a fixed seed. */
function pick(dataset: Dataset, count: number): Uint32Array {
  const { length } = dataset;
  return Uint32Array.from({ length: Math.min(count, length) }, (_, position) =>
    shuffledIndex({ length, seed: 0, position }),
  );
}

function checkInputs(inputs: Float32Array): SanityCheck {
  const wrong = inputs.findIndex((value) => !Number.isFinite(value));
  const size = Math.sqrt(inputs.reduce((sum, value) => sum + value * value, 0) / inputs.length);
  const passed = wrong < 0 && size >= smallest && size <= greatest;
  return {
    name: 'inputs',
    passed,
    measured: size,
    message:
      wrong >= 0
        ? `an input is ${inputs[wrong]!}`
        : `inputs are about ${show(size)} in size; ${smallest} to ${greatest} is usual`,
    remedy: passed ? '' : 'clean the data, and scale each feature to mean 0 and deviation 1',
  };
}

function checkChance(loss: number, { chance, factor }: Level): SanityCheck {
  const passed = loss <= factor * chance && loss >= chance / factor;
  return {
    name: 'chanceLoss',
    passed,
    measured: loss,
    message: `the untrained loss is ${show(loss)}; guessing gives ${show(chance)}`,
    remedy: passed
      ? ''
      : loss > chance
        ? 'scale the inputs to about 1, take smaller initial weights, or scale the labels'
        : 'check whether the inputs contain the labels, and whether the labels vary at all',
  };
}

function checkGradients(trainer: Trainer, dataset: Dataset, rows: Uint32Array): SanityCheck {
  const errors = gradientErrors(trainer, dataset, rows);
  const none = { name: 'no parameter', error: 0 };
  const worst = errors.reduce((a, b) => (b.error > a.error ? b : a), errors[0] ?? none);
  const passed = worst.error <= offGradient;
  return {
    name: 'gradients',
    passed,
    measured: worst.error,
    message: `the gradient of ${worst.name} is off the slope of the loss by ${show(worst.error * 100)} %, the largest of all`,
    remedy: passed
      ? ''
      : "compare with device: 'reference'; if it differs, please report it; else scale the inputs",
  };
}

/** Returns the layers without dropout, also inside blocks. */
function withoutDropout(layers: readonly Layer[]): Layer[] {
  return layers
    .filter(({ kind }) => kind !== 'dropout')
    .map((layer) => {
      if (layer.kind !== 'residual') return layer;
      const { layers: body, shortcut } = layer as ResidualLayer;
      return { ...layer, layers: withoutDropout(body), shortcut: withoutDropout(shortcut) };
    });
}

/** Returns the options without dropout and decay, which keep a model from memorising rows. */
function withoutRegularisation({ model, optimizer, ...rest }: TrainerOptions): TrainerOptions {
  const kept = withoutDropout(model.layers.map(({ layer }): Layer => layer));
  // The rate is the highest of a schedule's first steps, because a warm-up may outlast this short training.
  const { learningRate } = optimizer;
  const rates = Array.from({ length: 1000 }, (_, step) =>
    valueAt(learningRate, { step, epoch: 0, history: [] }),
  );
  return {
    ...rest,
    model: sequential({ input: model.input }, ...kept),
    optimizer: { ...optimizer, l2: 0, weightDecay: 0, learningRate: Math.max(...rates) },
  };
}

async function checkOverfit(
  options: TrainerOptions,
  few: Dataset,
  steps: number,
): Promise<SanityCheck> {
  using trainer = new Trainer({ ...withoutRegularisation(options), nonFinite: 'allow' });
  const { least } = levelOf(few, trainer);
  const before = (await trainer.evaluate(few)).loss - least;
  await trainer.sweep(few, { batchSize: few.length, steps });
  const after = (await trainer.evaluate(few)).loss - least;
  const passed = after <= (1 - learnt) * before;
  return {
    name: 'overfit',
    passed,
    measured: after + least,
    message: `in ${steps} steps the loss of ${few.length} rows went from ${show(before + least)} to ${show(after + least)}; perfect predictions give ${show(least)}`,
    remedy: passed
      ? ''
      : 'try tune.findLearningRate; check whether labels belong to their rows, and whether equal rows have different ones; give the model more units',
  };
}

/**
 * Checks the data and the model before a long run (Karpathy, "A recipe for training neural networks"). It
 * works on copies; the subject does not change.
 *
 * The checks are:
 * - `inputs`: the inputs are finite and of a usual size
 * - `chanceLoss`: the loss before training is about that of a model without knowledge
 * - `overfit`: the model can memorise a few rows, without dropout and decay
 * - `gradients`: the gradients at the subject's weights agree with finite differences of the loss
 *
 * @param subject a trainer, or the options of one
 * @param dataset the data set of the run
 * @throws ThalwegError RANGE, TYPE, SHAPE, UNKNOWN_OPTION, BUSY, DISPOSED, MEMORY
 * @example
 * const { passed, checks } = await tune.sanityCheck(trainer, train);
 * for (const { name, message, remedy } of checks) console.log(name, message, remedy);
 */
export async function sanityCheck(
  subject: Subject,
  dataset: Dataset,
  options: SanityOptions = {},
): Promise<SanityReport> {
  checkOptions(path, options, ['rows', 'overfit', 'steps']);
  nativeDataset(dataset);
  const whole = { min: 1, integer: true };
  const count = checkNumber(`${path}.rows`, options.rows ?? 256, { min: 2, integer: true });
  const overfit = checkNumber(`${path}.overfit`, options.overfit ?? 20, whole);
  const steps = checkNumber(`${path}.steps`, options.steps ?? 500, whole);
  using twin = twinOf(subject);
  using fresh = new Trainer(optionsOf(subject));
  const sample = pick(dataset, count);
  using many = subsetOf(dataset, sample);
  using few = subsetOf(dataset, sample.subarray(0, overfit));
  using scaled = subsetOf(dataset, sample, 1);
  const { loss } = await fresh.evaluate(many);
  const checks = [
    checkInputs(gather(dataset, sample).inputs),
    checkChance(loss, levelOf(many, fresh)),
    await checkOverfit(optionsOf(subject), few, steps),
    checkGradients(
      twin,
      twin.loss.kind === 'meanSquaredError' || twin.loss.kind === 'huber' ? scaled : many,
      Uint32Array.from(sample, (_, i) => i),
    ),
  ];
  return { passed: checks.every(({ passed }) => passed), checks };
}

/**
 * Returns a data set of some rows. Regression targets are scaled down to `size`: with a target of 1e5,
 * float32 would round away the effect of an output on the loss, and the gradient check would fail.
 */
function subsetOf(dataset: Dataset, rows: Uint32Array, size?: number): Dataset {
  const { inputs, labels: given } = gather(dataset, rows);
  const labels = size !== undefined && given instanceof Float32Array ? shrink(given, size) : given;
  return fromArrays({
    inputs,
    shape: [rows.length, ...dataset.shape],
    ...(labels === undefined ? {} : { labels }),
  });
}

/** Scales labels so that none is larger than `size` in absolute value. */
function shrink(labels: Float32Array, size: number): Float32Array {
  const largest = labels.reduce((most, label) => Math.max(most, Math.abs(label)), 0);
  return largest > size ? labels.map((label) => (label / largest) * size) : labels;
}
