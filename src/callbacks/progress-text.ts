/** The lines that tell how training goes. */
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

/** Epochs of a run, and those before it. */
export type Run = Pick<StartEvent, 'epochs' | 'firstEpoch'>;

/** Where lines go, and how wide they may be. */
export interface Page {
  readonly columns: number;
  readonly styles: Styles;
  readonly widths: Widths;
}

const separator = ' · ';

/** Before an epoch's first step. */
export function startText({ device, isa, parameters, examples, epochs }: StartEvent): string {
  const count = parameters.toLocaleString('en-US');
  const rows = examples.toLocaleString('en-US');
  return `training ${count} parameters on ${rows} examples, ${epochs} epochs, ${device} (${isa})`;
}

/** Where an epoch stands among those of its run, from 1, as text. */
function placeOf({ epoch }: { readonly epoch: number }, { epochs, firstEpoch }: Run): string {
  const place = epoch - firstEpoch + 1;
  const all = Math.max(epochs, place);
  return `epoch ${String(place).padStart(String(all).length)}/${all}`;
}

/** Loss, accuracy, and every metric that is one number; each is a part that no line breaks. */
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

/** Parts in lines of at most `columns`, the later ones as far from the left as the first part is. */
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

/** After an epoch: a line, or several where one is too narrow; validation begins another then. */
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

/** Bars of fewer characters say little. */
const shortestBar = 8;
const longestBar = 30;

/**
 * While an epoch runs: one line, narrower than the terminal, of as much as there is room for. The
 * loss is that of the latest steps.
 */
export function barText(event: ProgressEvent, run: Run, { columns, widths }: Page): string {
  const room = columns - 1;
  const { smoothedLoss = event.loss, accuracy } = event;
  const measured = measures({ ...event, loss: smoothedLoss }, 'bar.', widths);
  const rate = `${widths.fill('bar.rate', formatRate(event.examplesPerSecond))}/s`;
  const eta = `ETA ${widths.fill('bar.eta', formatDuration(secondsLeft(event, run)))}`;
  const parts = [...measured, rate, eta];
  // What is dispensable first: the rate, the accuracy, the time.
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
