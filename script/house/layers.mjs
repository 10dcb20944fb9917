/**
 * The layers of both sides, the uppermost first. A folder, or a file beside the folders, uses what stands
 * on lower lines, and nothing else on its own line. docs/architecture.md prints this table.
 */

/** `folders` of one line, and what they are. */
const line = (folders, about) => ({ folders: folders.split(' '), about });

export const sides = {
  src: [
    line('cli', 'the command'),
    line('index', 'what the package exports'),
    line(
      'ensemble exchange report tune',
      'what makes, draws and tries out trainers, and carries them out',
    ),
    line('search', 'what searches for hyper-parameters'),
    line('train', 'the trainer; train/run: the files of one run'),
    line('model', 'the model file, and the predictor'),
    line('callbacks checkpoint', 'what watches a run, and what keeps it'),
    line('run', 'the words of a run: events, history, callback, context, state'),
    line('average data nn', 'plain descriptions and checks: averages, data sets, layers'),
    line('table', 'tables with columns, their readers, and preprocessing'),
    line('division', 'which rows fall into which part of a split or fold'),
    line('optim', '… optimizers'),
    line('schedule', '… schedules'),
    line('metrics', '… metrics, and the path that names one of an epoch'),
    line('device loss', '… losses; devices, and which is chosen'),
    line('sealed', 'safetensors files whose checksums cover every byte'),
    line('native', 'native.ts, the only file that loads the addon; native/ types it'),
    line(
      'io machine schema terminal',
      'files, the system, values from files, what a terminal shows',
    ),
    line('abort arrays version', 'abort signals; arrays of a caller; the version'),
    line('values', 'values of callers that may be anything, and lists of them'),
    line('options', 'checks of options'),
    line('promises', 'what awaits, and refuses, values of callers that may be promises'),
    line('errors', 'the one error class'),
  ],
  native: [
    line('lab', 'a second addon, for tests and benchmarks'),
    line('napi', 'JavaScript ↔ C++; the only includes of napi.h'),
    line('train', 'the loop: gather, forward, backward, step; what looks at it and keeps it'),
    line('layers', 'a class each: what a layer owns, keeps, and computes'),
    line('backends', 'who computes: reference ◄ cpu; cuda behind the host'),
    line('ops orders rules', 'what is computed, and which row comes next: without a device'),
    line('data', 'data sets, and batches that are gathered from them'),
    line('core', 'memory, randomness, threads, errors'),
  ],
};

/** The layer of a path within its side: `train` of `train/run/fit.ts`, `errors` of `errors.ts`. */
export function layerOf(path) {
  return path.split('/')[0].replace(/\.\w+$/, '');
}

/** Says whether a file of one layer may use another layer's; layers that the table lacks may not. */
export function mayUse(side, from, to) {
  const lineOf = (layer) => sides[side].findIndex(({ folders }) => folders.includes(layer));
  const [user, used] = [lineOf(from), lineOf(to)];
  return user !== -1 && used !== -1 && (from === to || user < used);
}

/** The table as text: the lines of `src`, then those of `native`, of layers that `exists` knows. */
export function diagram(exists) {
  return Object.entries(sides)
    .flatMap(([side, lines]) => [
      `${side}/`,
      ...lines.flatMap(({ folders, about }) => {
        const present = folders.filter((folder) => exists(side, folder));
        return present.length === 0 ? [] : [`  ${present.join(' ').padEnd(27)} ${about}`];
      }),
    ])
    .join('\n');
}
