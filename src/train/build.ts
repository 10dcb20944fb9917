/** Makes the parts of a trainer from its options. */
import { type WeightAverage, checkAverage, lowerAverage } from '../average/weights.js';
import { describeTrainer } from '../checkpoint/writer.js';
import { checkSeed } from '../values.js';
import { type DeviceName, resolveDevice } from '../device.js';
import { ThalwegError } from '../errors.js';
import { type Loss, type LossName, toLoss } from '../loss/loss.js';
import type { NativeTrainerOptions } from '../native.js';
import { dropoutSettings } from '../nn/dropout.js';
import { initialDistribution } from '../nn/initializer.js';
import { elements } from '../nn/layer.js';
import type { Sequential } from '../nn/sequential.js';
import { type Optimizer, checkOptimizer } from '../optim/define.js';
import { type StepOptions, StepSettings } from '../optim/settings.js';
import { requireOptions } from '../options.js';
import { checkModel } from '../run/task.js';
import type { TrainerDescription } from '../run/trainer-description.js';
import { checkMemoryLimit } from '../machine/memory-limit.js';
import type { TrainerOptions } from './trainer-options.js';

/** The names of a trainer's options. */
export const trainerKeys = [
  'model',
  'loss',
  'optimizer',
  'clip',
  'nonFinite',
  'average',
  'device',
  'seed',
  'memoryLimit',
];

/** The checked options with their defaults. */
interface TrainerParts<L extends LossName = LossName> {
  readonly model: Sequential;
  readonly loss: Loss<L>;
  readonly optimizer: Optimizer;
  readonly average: WeightAverage | undefined;
  /** The device in use; `'auto'` is resolved. */
  readonly device: DeviceName;
  readonly seed: bigint;
}

/** All parts of a trainer. */
interface TrainerPlan<L extends LossName = LossName> extends TrainerParts<L> {
  readonly settings: StepSettings;
  /** The description of the trainer for checkpoints. */
  readonly description: TrainerDescription;
  readonly native: NativeTrainerOptions;
}

function checkParts<L extends LossName>(options: TrainerOptions<L>): TrainerParts<L> {
  const loss = toLoss(options.loss);
  return {
    loss,
    model: checkModel(options.model, loss),
    optimizer: checkOptimizer(options.optimizer),
    average: options.average === undefined ? undefined : checkAverage(options.average),
    device: resolveDevice(options.device ?? 'auto'),
    seed: checkSeed('seed', options.seed ?? 0),
  };
}

/** Returns the number of elements of a tensor; throws OVERFLOW where it is no exact integer in JavaScript. */
function countable({ name, shape }: { readonly name: string; readonly shape: readonly number[] }) {
  const length = elements(shape);
  if (length <= Number.MAX_SAFE_INTEGER) return length;
  throw new ThalwegError({
    code: 'OVERFLOW',
    path: name,
    received: `a shape of [${shape.join(', ')}]`,
    expected: 'at most 2^53 − 1 numbers',
    remedy: 'make the layer smaller',
  });
}

/** Returns the options of the native trainer that describe the model. */
function lowerModel(model: Sequential) {
  return {
    names: model.parameters.map(({ name }) => name),
    lengths: model.parameters.map(countable),
    initials: model.parameters.map(({ initializer, fanIn, fanOut }) =>
      initialDistribution(initializer, fanIn, fanOut),
    ),
    statistics: model.statistics.map((statistic) => ({
      name: statistic.name,
      length: countable(statistic),
      initial: statistic.initial,
    })),
  };
}

/** Checks all options before anything is allocated. @throws ThalwegError as `new Trainer` */
export function planTrainer<L extends LossName>(options: TrainerOptions<L>): TrainerPlan<L> {
  requireOptions('trainer', options, trainerKeys);
  const { clip, nonFinite } = options;
  const parts = checkParts(options);
  const { model, loss, device, seed } = parts;
  const memoryLimit = checkMemoryLimit('memoryLimit', options.memoryLimit, device);
  const program = model.lower();
  const average = lowerAverage(parts.average);
  const around = {
    ...(clip === undefined ? {} : { clip }),
    ...(nonFinite === undefined ? {} : { nonFinite }),
  };
  const settings = new StepSettings(parts.optimizer, around, {
    reportNorm: nonFinite !== 'allow', // costs nothing then, because the check reads the gradient anyway
    trainer: { averageDecay: average.decay },
    dropoutRates: dropoutSettings(program),
  });
  const native: NativeTrainerOptions = {
    rule: settings.rule.name,
    groups: settings.groupsOf(model.parameters.map(({ name }) => name)),
    device,
    seed,
    memoryLimit,
    ...lowerModel(model),
    groupCount: settings.groupCount,
    frozen: model.parameters.map((parameter) => settings.isFrozen(parameter)),
    layers: program.ops,
    loss: loss.kind,
    lossParameter: loss.delta,
    labelSmoothing: loss.labelSmoothing ?? 0,
    average: average.native,
  };
  return { ...parts, settings, description: describe(parts, around, native), native };
}

/** Describes the trainer for checkpoints. */
function describe<L extends LossName>(
  { model, loss, optimizer, average, device, seed }: TrainerParts<L>,
  { clip, nonFinite }: StepOptions,
  { rule, groups }: NativeTrainerOptions,
): TrainerDescription {
  return describeTrainer({
    model,
    loss,
    rule,
    groups,
    seed: String(seed),
    optimizer,
    device,
    clip: clip ?? {},
    nonFinite: nonFinite ?? 'stop',
    average: average ?? null,
  });
}
