/** Formats the content of checkpoints and model files as text. */
import { stat } from 'node:fs/promises';
import { inspectWhole } from '../checkpoint/inspect.js';
import { isDamage, listCheckpoints } from '../checkpoint/folder.js';
import { withSafetensors } from '../io/safetensors.js';
import { readModel } from '../model/file.js';
import { outputKindOf } from '../model/outputs.js';
import { ThalwegError } from '../errors.js';
import { elements } from '../nn/layer.js';
import { modelFormat } from '../nn/load.js';

/** A checkpoint with its whole state. */
type Inspection = Awaited<ReturnType<typeof inspectWhole>>;

/** Returns the sizes of the groups of tensors, by the first part of their names, such as `slots`. */
function sizes({ tensors }: Inspection): string[] {
  const groups = new Map<string, { count: number; numbers: number }>();
  for (const { name, shape } of tensors) {
    const key = name.split('/')[0]!;
    const group = groups.get(key) ?? { count: 0, numbers: 0 };
    group.count++;
    group.numbers += elements(shape);
    groups.set(key, group);
  }
  return [...groups].map(
    ([key, { count, numbers }]) => `${key.padEnd(12)}${numbers} numbers in ${count} tensors`,
  );
}

function position({ steps, skipped, history, run }: Inspection['state']): string[] {
  const last = history.at(-1);
  const losses =
    last === undefined
      ? []
      : [
          `loss        ${last.loss.toPrecision(6)}${last.validation === undefined ? '' : `, validation ${last.validation.loss.toPrecision(6)}`}`,
        ];
  const done = run?.underWay?.progress;
  const within = done === undefined ? '' : `, ${done.steps + done.skipped} batches of the next`;
  const of = run === undefined ? '' : ` of ${run.firstEpoch + run.epochs}`;
  return [
    `steps       ${steps}${skipped > 0 ? `, ${skipped} skipped` : ''}`,
    `epochs      ${history.length}${of}${within}`,
    ...losses,
    ...(run === undefined ? [] : [`data        fingerprint ${run.dataset}`]),
  ];
}

/** Returns several lines about a whole checkpoint. */
export function describeCheckpoint(inspection: Inspection): string {
  const { file, version, state } = inspection;
  const { trainer, writer } = state;
  const { kind } = trainer.optimizer as { readonly kind: string };
  const { kind: loss } = trainer.loss as { readonly kind: string };
  return [
    file,
    `good        format ${version}, every checksum is right`,
    `written     ${writer.time} by thalweg ${writer.thalweg}, Node.js ${writer.node}, ${trainer.device} (${writer.isa})`,
    `trainer     ${kind}, ${loss}, seed ${trainer.seed}, lineage ${state.lineage}`,
    ...position(state),
    ...sizes(inspection),
    ...inspection.tensors.map(
      ({ name, dtype, shape }) => `  ${name}  ${dtype} [${shape.join(', ')}]`,
    ),
  ].join('\n');
}

/** The most names of classes that are listed. */
const mostNames = 20;

/** Returns several lines about a whole model file. */
async function describeModel(file: string): Promise<string> {
  const { model, loss, weights, classes, preprocessing, writer } = await readModel(file, {
    inference: true,
  });
  const names = classes?.slice(0, mostNames).map((name) => JSON.stringify(name));
  return [
    file,
    `good        model file of format ${modelFormat.version}, every checksum is right`,
    `written     ${writer.time} by thalweg ${writer.thalweg}, Node.js ${writer.node} (${writer.isa})`,
    `weights     ${weights}, trained with ${loss.kind}`,
    `input       [${model.input.join(', ')}]`,
    `output      ${outputKindOf(loss)} [${model.outputShape.join(', ')}]`,
    ...(names
      ? [`classes     ${names.join(', ')}${classes!.length > mostNames ? ', …' : ''}`]
      : []),
    ...(preprocessing
      ? [`before      ${preprocessing.format}, version ${preprocessing.version}`]
      : []),
    model.summary(),
  ].join('\n');
}

/** Returns true for a safetensors file that says that it is a model file. */
async function isModelFile(path: string): Promise<boolean> {
  return withSafetensors(path, ({ metadata }) =>
    Promise.resolve(metadata['format'] === modelFormat.kind.format),
  );
}

/** Returns a line about a checkpoint that could not be read. */
export function describeFailure(error: unknown, file?: string): string {
  const isMissing = error instanceof ThalwegError && error.code === 'MISSING';
  const label = isMissing ? 'missing' : isDamage(error) ? 'damaged' : 'unread';
  const path = file === undefined ? '' : `${file}  `;
  return `${label.padEnd(9)}${path}${(error as Error).message}`;
}

/** Returns one line of the list of a folder's checkpoints. */
async function line(file: string): Promise<{ text: string; isGood: boolean }> {
  try {
    const { state } = await inspectWhole(file);
    const text = `good     ${file}  step ${state.steps}, ${state.history.length} epochs, ${state.writer.time}`;
    return { text, isGood: true };
  } catch (error) {
    return { text: describeFailure(error, file), isGood: false };
  }
}

/** Prints the content of a file or a folder; returns false where one is damaged or a folder has none. */
export async function inspectPath(path: string, print: (text: string) => void): Promise<boolean> {
  const status = await stat(path).catch(() => undefined);
  if (status?.isDirectory() !== true) {
    const isModel = await isModelFile(path);
    print(isModel ? await describeModel(path) : describeCheckpoint(await inspectWhole(path)));
    return true;
  }
  const entries = await listCheckpoints(path);
  if (entries.length === 0) print(`none     ${path}  has no checkpoint`);
  let isGood = entries.length > 0;
  for (const { file } of entries) {
    const each = await line(file);
    isGood &&= each.isGood;
    print(each.text);
  }
  return isGood;
}
