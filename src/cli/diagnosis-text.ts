/** Formats a diagnosis as text for people. */
import type { Gpus } from '../device.js';
import type { Memory } from '../machine/memory.js';
import { formatBytes } from './bytes.js';
import type { Diagnosis } from './examine.js';
import { type Styles, row } from '../terminal/style.js';
import { trialSteps } from './trial.js';

type Row = readonly [label: string, text: string];

function memoryText({ free, total, limit }: Memory): string {
  const machine = `${formatBytes(free)} free of ${formatBytes(total)}`;
  if (limit === undefined) return `${machine}, no limit by a control group`;
  const { bytes, left, file } = limit;
  return `${machine}; ${formatBytes(left)} left of the limit of ${formatBytes(bytes)} in ${file}`;
}

function gpuRows({ devices, gpus, driver }: Gpus): Row[] {
  const found = devices.map(({ name, description, bytes, uuid, refusal }): Row => {
    const text = `${name}, ${description}, ${formatBytes(bytes)}, ${uuid}`;
    return ['GPU', refusal === '' ? text : `${text}; refused: ${refusal}`];
  });
  const none = gpus === 0 ? 'none of NVIDIA' : `${gpus} of NVIDIA, and none is usable`;
  return [
    ...(found.length > 0 ? found : [['GPU', none] as const]),
    ['driver', driver === undefined ? 'none of NVIDIA' : `NVIDIA ${driver}`],
  ];
}

/** Returns the facts that only the addon knows. */
function addonRows({ facts }: Diagnosis): Row[] {
  const { addon, isa, threads, threadsReason, plugins = [], gpus, device, reason } = facts;
  if (addon === undefined || gpus === undefined) return [['addon', 'does not work']];
  return [
    ['addon', addon],
    ['instructions', isa ?? ''],
    ['threads', `${threads} (${threadsReason})`],
    ...plugins.map(({ name, about }): Row => [
      'plugin',
      about.startsWith(name) ? about : `${name}: ${about}`,
    ]),
    ...gpuRows(gpus),
    ['device', `${device}: ${reason}`],
  ];
}

function trialRows({ trials }: Diagnosis): Row[] {
  return trials.map(({ device, trains, loss }): Row => {
    if (trains)
      return ['training', `${device} is right: loss ${loss!.toFixed(6)} after ${trialSteps} steps`];
    return ['training', `${device} ${loss === undefined ? 'fails' : 'is wrong'}`];
  });
}

function verdict({ trials, trains }: Diagnosis): string {
  if (!trains) return 'Nothing can train here.';
  const devices = trials.filter((trial) => trial.trains).map(({ device }) => device);
  return `This machine trains on ${devices.join(' and ')}.`;
}

const labelWidth = 14;

/** Formats a diagnosis in lines of at most `columns` characters. */
export function describeDiagnosis(
  diagnosis: Diagnosis,
  { bold, dim }: Styles,
  columns: number,
): string {
  const { thalweg, troubles, facts } = diagnosis;
  const { platform, kernel, libc, node, processor, processors } = facts.system;
  const rows: Row[] = [
    ['thalweg', thalweg],
    ['Node.js', node],
    ['platform', `${platform}, ${kernel}, ${libc}`],
    ['processor', `${processor || 'unknown'}, ${processors} usable`],
    ['memory', memoryText(facts.memory)],
    ...addonRows(diagnosis),
    ...trialRows(diagnosis),
  ];
  const styled = (label: string, text: string, style: (text: string) => string): string =>
    row(label, text, labelWidth, columns).replace(label, style(label));
  return [
    ...rows.map(([label, text]) => styled(label, text, dim)),
    ...troubles.flatMap(({ what, remedy }) => [
      '',
      styled('trouble', what, bold),
      styled('remedy', remedy, bold),
    ]),
    '',
    bold(verdict(diagnosis)),
  ].join('\n');
}
