/** Members of an ensemble: models with weights. */
import { checkArray } from '../arrays.js';
import { type Weights, checkWeights } from '../average/weights.js';
import { ThalwegError } from '../errors.js';
import { elements } from '../nn/layer.js';
import { type Sequential, checkSequential } from '../nn/sequential.js';
import { checkPath, requireOptions, wrongType } from '../options.js';
import { Trainer } from '../train/trainer.js';
import { readWeights } from '../train/weights.js';
import { checkList, isInstance, propertyOf } from '../values.js';

/** A model and its weights, which the ensemble neither copies nor changes. */
export interface Member {
  /** The name of the member, unique in the ensemble, such as `seed 3`. */
  readonly name: string;
  /** The model. Members may have different models with the same input and output shape. */
  readonly model: Sequential;
  /** The model's parameters and running statistics, by name. */
  readonly parameters: Readonly<Record<string, Float32Array>>;
}

/** Options of {@link member}. */
export interface MemberOptions {
  /** The name of the member, unique in the ensemble. */
  readonly name: string;
  /** `'raw'` takes the latest weights, `'averaged'` their average. Default `'raw'`. */
  readonly weights?: Weights;
}

/**
 * Copies a trainer's weights and running statistics into a member. The trainer may then train on or be
 * disposed of.
 *
 * @throws ThalwegError BUSY, DISPOSED, MISSING, RANGE, TYPE, UNKNOWN_OPTION
 */
export function member(trainer: Trainer, options: MemberOptions): Member {
  if (!isInstance(trainer, Trainer)) throw wrongType('trainer', trainer, 'a trainer');
  requireOptions('member', options, ['name', 'weights']);
  const weights = checkWeights('member.weights', options.weights);
  return {
    name: checkMemberName('member.name', options.name),
    model: trainer.model,
    parameters: { ...trainer.parameters({ weights }), ...trainer.statistics({ weights }) },
  };
}

/**
 * Reads members from checkpoints, which give their latest weights, or from files that
 * {@link Trainer.saveWeights} wrote. Each member has the name of its file.
 *
 * @throws ThalwegError (as a rejection) as {@link Trainer.loadWeights}
 */
export async function fromFiles(model: Sequential, files: readonly string[]): Promise<Member[]> {
  checkSequential('model', model);
  const paths = checkList('files', files, 'an array of paths', checkPath);
  return Promise.all(
    paths.map(async (file) => {
      const { values: parameters } = await readWeights(file, model, 'exact');
      return { name: file, model, parameters };
    }),
  );
}

/** Returns a name, or throws TYPE. */
export function checkMemberName(path: string, name: unknown): string {
  if (typeof name === 'string' && name !== '') return name;
  throw wrongType(path, name, 'a name');
}

/** Throws SHAPE, MISSING, TYPE or UNKNOWN_OPTION unless the weights fit the model. */
function checkMember(path: string, member: unknown): void {
  const model = propertyOf(member, 'model');
  const parameters = propertyOf(member, 'parameters') as Member['parameters'];
  checkMemberName(`${path}.name`, propertyOf(member, 'name'));
  checkSequential(`${path}.model`, model);
  const tensors = [...model.parameters, ...model.statistics];
  const names = tensors.map((tensor) => tensor.name);
  requireOptions(`${path}.parameters`, parameters, names);
  for (const { name: parameter, shape } of tensors) {
    const at = `${path}.parameters.${parameter}`;
    const given = parameters[parameter];
    if (given === undefined || checkArray(at, given, Float32Array).length !== elements(shape))
      throw new ThalwegError({
        code: given === undefined ? 'MISSING' : 'SHAPE',
        path: at,
        received: given === undefined ? 'nothing' : `${given.length} elements`,
        expected: `${elements(shape)} elements`,
      });
  }
}

/** Returns the checked members: at least one, with equal shapes and different names. */
export function checkMembers(path: string, members: unknown): readonly Member[] {
  const check = (at: string, member: unknown): Member => {
    checkMember(at, member);
    return member as Member;
  };
  const list = checkList(path, members, 'an array of at least one member', check, 1);
  const [first] = list as [Member];
  const shapes = ({ model }: Member): string =>
    `[${model.input.join(', ')}] to [${model.outputShape.join(', ')}]`;
  list.forEach((each, i) => {
    if (shapes(each) !== shapes(first))
      throw new ThalwegError({
        code: 'SHAPE',
        path: `${path}[${i}].model`,
        received: `a model of ${shapes(each)}`,
        expected: `one of ${shapes(first)}, as the first member's`,
      });
    if (list.findIndex(({ name }) => name === each.name) !== i)
      throw new ThalwegError({
        code: 'DUPLICATE',
        path: `${path}[${i}].name`,
        received: `'${each.name}' a second time`,
        expected: 'a name of its own for each member',
      });
  });
  return list;
}
