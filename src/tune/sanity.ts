/** The checks of a good practitioner before a long run, as one call. */
import { type Dataset, fromArrays } from '../data/dataset.js';
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
  /** Rows to look at, an integer, at least 2. Default 256. */
  readonly rows?: number;
  /** Rows that the model should learn by heart, an integer, at least 1. Default 20. */
  readonly overfit?: number;
  /** Steps that it has for that, an integer, at least 1. Default 500. */
  readonly steps?: number;
}

/** One check. */
export interface SanityCheck {
  /** What was checked. */
  readonly name: 'inputs' | 'chanceLoss' | 'overfit' | 'gradients';
  /** Whether it is as it should be. */
  readonly passed: boolean;
  /** The number that was judged. */
  readonly measured: number;
  /** What was found, and what it should be. */
  readonly message: string;
  /** What to do about it; empty where it passed. */
  readonly remedy: string;
}

/** All of them. */
export interface SanityReport {
  /** Whether every check passed. */
  readonly passed: boolean;
  /** In the order of the names. */
  readonly checks: readonly SanityCheck[];
}

const path = 'sanityCheck';
/** Typical inputs are within these, in size. */
const [smallest, greatest] = [1e-3, 30];
/** What is learnt by heart has lost this share of its loss. */
const learnt = 0.9;
/** A gradient may be off by this share: float32, and corners of relu in between. */
const offGradient = 0.05;

const show = (value: number): string => value.toPrecision(3);

/** `count` different rows, picked by a fixed seed. */
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
    message: `the untrained loss is ${show(loss)}; knowing nothing gives ${show(chance)}`,
    remedy: passed
      ? ''
      : loss > chance
        ? 'scale the inputs to about 1, take smaller initial weights, or scale the labels'
        : 'look whether the inputs give the labels away, and whether the labels vary at all',
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

/** The layers without dropout, in blocks too. */
function withoutDropout(layers: readonly Layer[]): Layer[] {
  return layers
    .filter(({ kind }) => kind !== 'dropout')
    .map((layer) => {
      if (layer.kind !== 'residual') return layer;
      const { layers: body, shortcut } = layer as ResidualLayer;
      return { ...layer, layers: withoutDropout(body), shortcut: withoutDropout(shortcut) };
    });
}

/** The options without what keeps a model from learning by heart. */
function withoutRegularisation({ model, optimizer, ...rest }: TrainerOptions): TrainerOptions {
  const kept = withoutDropout(model.layers.map(({ layer }): Layer => layer));
  // A schedule's highest rate of its beginning: warm-ups outlast these few steps.
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
    message: `in ${steps} steps the loss of ${few.length} rows went from ${show(before + least)} to ${show(after + least)}; by heart it is ${show(least)}`,
    remedy: passed
      ? ''
      : 'try tune.findLearningRate; look whether labels belong to their rows, and whether equal rows have different ones; give the model more units',
  };
}

/**
 * Looks at the data, and at untrained and hardly trained twins of a trainer, before hours are spent
 * (Karpathy, "A recipe for training neural networks"): are inputs of a usual size; is the loss at the
 * level of chance before training; do gradients agree with differences of the loss (at the subject's
 * weights); can the model learn a few rows by heart, without dropout and decay. The subject stays as it
 * is.
 *
 * @param subject a trainer, or the options of one
 * @param dataset that the run will train on
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
 * The rows. `size`: what numbers to be learnt are scaled to. Beside a target of 1e5 float32 does not see what
 * an output of 1 does to the loss, and differences of it would blame the gradient.
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

/** At most of this size. */
function shrink(labels: Float32Array, size: number): Float32Array {
  const largest = labels.reduce((most, label) => Math.max(most, Math.abs(label)), 0);
  return largest > size ? labels.map((label) => (label / largest) * size) : labels;
}
