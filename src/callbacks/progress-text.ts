/** Formats the lines that show the progress of training. */
import type { EpochEvent, ProgressEvent, StartEvent } from '../run/events.js';
import type { Evaluation } from '../run/history.js';
import {
  type Widths,
  formatDuration,
  formatNumber,
  formatRate,
  formatShare,
} from '../terminal/number-text.js';
import type { Styles } from '../terminal/style.js';

/** The number of epochs of a run, and of those before it. */
export type Run = Pick<StartEvent, 'epochs' | 'firstEpoch'>;

/** The format of the lines: `columns` is the greatest width, and `widths` keeps numbers aligned. */
export interface Page {
  readonly columns: number;
  readonly styles: Styles;
  readonly widths: Widths;
}

const separator = ' · ';

/** Returns the line before a run's first step. */
export function startText({ device, isa, parameters, examples, epochs }: StartEvent): string {
  const count = parameters.toLocaleString('en-US');
  const rows = examples.toLocaleString('en-US');
  return `training ${count} parameters on ${rows} examples, ${epochs} epochs, ${device} (${isa})`;
}

/** Returns the number of an epoch within its run, from 1, as text such as `epoch 3/10`. */
function placeOf({ epoch }: { readonly epoch: number }, { epochs, firstEpoch }: Run): string {
  const place = epoch - firstEpoch + 1;
  const all = Math.max(epochs, place);
  return `epoch ${String(place).padStart(String(all).length)}/${all}`;
}

/** Returns the loss, accuracy, and every metric that is one number; no line breaks within a part. */
function measures({ loss, accuracy, metrics = {} }: Evaluation, of: string, widths: Widths) {
  const fill = (name: string, text: string, least = 0): string =>
    `${name} ${widths.fill(of + name, text, least)}`;
  const others = Object.entries(metrics).flatMap(([name, value]) =>
    typeof value === 'number' && name !== 'accuracy' ? [fill(name, formatNumber(value))] : [],
  );
  return [
    fill('loss', formatNumber(loss), '1.234e-5'.length),
    ...(accuracy === undefined ? [] : [fill('accuracy', formatShare(accuracy), '100.00 %'.length)]),
    ...others,
  ];
}

/** Returns the parts in lines of at most `columns`; later lines are indented to the first part. */
function fillLines(head: string, parts: readonly string[], columns: number): string[] {
  const indent = head.length + separator.length;
  const lines: string[] = [head];
  for (const part of parts) {
    const longer = `${lines.at(-1)!}${separator}${part}`;
    if (longer.length <= columns) lines[lines.length - 1] = longer;
    else lines.push(' '.repeat(Math.max(Math.min(indent, columns - part.length), 0)) + part);
  }
  return lines;
}

/** Returns the line after an epoch. A line that is too long breaks, first before the validation. */
export function epochText(event: EpochEvent, run: Run, { columns, styles, widths }: Page): string {
  const { validation, skippedSteps } = event;
  const place = placeOf(event, run);
  const own = measures(event, '', widths);
  const validated = validation ? measures(validation, 'validation.', widths) : [];
  const pace = [
    widths.fill('seconds', formatDuration(event.seconds)),
    `${widths.fill('rate', formatRate(event.examplesPerSecond))} examples/s`,
    ...(skippedSteps > 0 ? [`${skippedSteps} steps skipped`] : []),
  ];
  const named = validated.map((part, i) => (i === 0 ? `validation ${part}` : part));
  const line = [place, ...own, ...named, ...pace].join(separator);
  const isNarrow = line.length > columns;
  const label = 'validation';
  const width = isNarrow && validated.length > 0 ? Math.max(place.length, label.length) : 0;
  const lines = isNarrow
    ? [
        ...fillLines(place.padEnd(width), [...own, ...pace], columns),
        ...(validated.length > 0 ? fillLines(label.padEnd(width), validated, columns) : []),
      ]
    : [line];
  return lines.join('\n').replace(place, styles.bold(place));
}

function bar(share: number, width: number): string {
  const eighths = Math.round(Math.min(Math.max(share, 0), 1) * width * 8);
  const full = '█'.repeat(Math.floor(eighths / 8));
  const rest = eighths % 8 === 0 ? '' : String.fromCodePoint(0x2590 - (eighths % 8));
  return `${full}${rest}`.padEnd(width, '░');
}

function secondsLeft(event: ProgressEvent, run: Run): number {
  const left = Math.max(run.firstEpoch + run.epochs - event.epoch, 1);
  const remaining = event.stepsPerEpoch * left - event.stepInEpoch;
  return (remaining * event.batchSize) / Math.max(event.examplesPerSecond, 1e-9);
}

/** A bar of fewer characters shows too little. */
const shortestBar = 8;
const longestBar = 30;

/**
 * Returns the line while an epoch runs. It leaves out parts so that it is narrower than the
 * terminal. The loss is smoothed over the latest steps.
 */
export function barText(event: ProgressEvent, run: Run, { columns, widths }: Page): string {
  const room = columns - 1;
  const { smoothedLoss = event.loss, accuracy } = event;
  const measured = measures({ ...event, loss: smoothedLoss }, 'bar.', widths);
  const rate = `${widths.fill('bar.rate', formatRate(event.examplesPerSecond))}/s`;
  const eta = `ETA ${widths.fill('bar.eta', formatDuration(secondsLeft(event, run)))}`;
  const parts = [...measured, rate, eta];
  // Parts are left out in this order, the least important first.
  const order = [rate, ...(accuracy === undefined ? [] : [measured[1]!]), eta, measured[0]!];
  const place = placeOf(event, run);
  const lengthOf = (kept: readonly string[]): number =>
    place.length + (kept.length > 0 ? 1 : 0) + kept.join(separator).length;
  let kept: readonly string[] = parts;
  for (const part of order) {
    if (lengthOf(kept) <= room) break;
    kept = kept.filter((each) => each !== part);
  }
  if (lengthOf(kept) > room) return '';
  const free = room - lengthOf(kept) - 1;
  const share = event.stepInEpoch / event.stepsPerEpoch;
  const drawn = free >= shortestBar ? [bar(share, Math.min(free, longestBar))] : [];
  return [place, ...drawn, ...(kept.length > 0 ? [kept.join(separator)] : [])].join(' ');
}
