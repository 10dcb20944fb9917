/** Progress of a run: one line that redraws itself in a terminal, a plain line an epoch elsewhere. */
import { ThalwegError } from '../errors.js';
import { checkNumber, checkOptions, describe } from '../options.js';
import type { EpochEvent, ProgressEvent, StartEvent, TrainEvent } from '../train/events.js';

/** Where progress goes: a terminal, a file, a pipe. */
export interface ProgressStream {
  /** Takes a piece of text. */
  write(text: string): unknown;
  /** Whether lines can be redrawn. Default false. */
  readonly isTTY?: boolean;
  /** Width of the terminal in characters. Default 80. */
  readonly columns?: number;
}

/** Options of {@link progress}. */
export interface ProgressOptions {
  /** Default `process.stderr`. */
  readonly stream?: ProgressStream;
  /** Redraws a second at most. Default 10. */
  readonly framesPerSecond?: number;
}

type Style = (text: string) => string;

/** Colours where the stream shows them: NO_COLOR wins over FORCE_COLOR. */
function styles(terminal: boolean): { bold: Style; dim: Style } {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const forced = FORCE_COLOR !== undefined && FORCE_COLOR !== '0';
  const coloured = !NO_COLOR && (forced || (terminal && TERM !== 'dumb'));
  const style =
    (code: number): Style =>
    (text) =>
      coloured ? `\x1b[${code}m${text}\x1b[0m` : text;
  return { bold: style(1), dim: style(2) };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

/** 0.11 s, 59 s, 3:07, 1:02:09 */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(2) : Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes}:${two(whole % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

/** 950, 12.3 k, 1.25 M */
export function formatRate(rate: number): string {
  if (rate >= 1e6) return `${(rate / 1e6).toFixed(2)} M`;
  return rate >= 1e3 ? `${(rate / 1e3).toFixed(1)} k` : rate.toFixed(0);
}

function metrics({ loss, accuracy }: { loss: number; accuracy?: number }): string {
  const share = accuracy === undefined ? '' : ` · accuracy ${percent(accuracy)}`;
  return `loss ${loss.toPrecision(4)}${share}`;
}

function startLine({ device, isa, parameters, examples, epochs }: StartEvent): string {
  const count = parameters.toLocaleString('en-US');
  const rows = examples.toLocaleString('en-US');
  return `training ${count} parameters on ${rows} examples, ${epochs} epochs, ${device} (${isa})`;
}

/** Epochs of a run, and those before it. */
type Run = Pick<StartEvent, 'epochs' | 'firstEpoch'>;

/** Where an epoch stands among those of its run, from 1, as text. */
function placeOf({ epoch }: { readonly epoch: number }, { epochs, firstEpoch }: Run): string {
  const place = epoch - firstEpoch + 1;
  const all = Math.max(epochs, place);
  return `epoch ${String(place).padStart(String(all).length)}/${all}`;
}

function epochLine(event: EpochEvent, run: Run, { bold, dim }: ReturnType<typeof styles>) {
  const { validation } = event;
  const parts = [
    bold(placeOf(event, run)),
    metrics(event),
    ...(validation ? [`validation ${metrics(validation)}`] : []),
    dim(`${formatDuration(event.seconds)} · ${formatRate(event.examplesPerSecond)} examples/s`),
  ];
  const skipped = event.skippedSteps > 0 ? ` · ${event.skippedSteps} steps skipped` : '';
  return `${parts.join(' · ')}${skipped}`;
}

function bar(share: number, width: number): string {
  const eighths = Math.round(Math.min(Math.max(share, 0), 1) * width * 8);
  const full = '█'.repeat(Math.floor(eighths / 8));
  const rest = eighths % 8 === 0 ? '' : String.fromCodePoint(0x2590 - (eighths % 8));
  return `${full}${rest}`.padEnd(width, '░');
}

/** The bar's line, never wider than `columns`; its loss is that of the latest steps. */
function barLine(event: ProgressEvent, run: Run, columns: number): string {
  const share = event.stepInEpoch / event.stepsPerEpoch;
  const left = Math.max(run.firstEpoch + run.epochs - event.epoch, 1);
  const remaining = event.stepsPerEpoch * left - event.stepInEpoch;
  const elapsed = (event.stepInEpoch / Math.max(event.examplesPerSecond, 1e-9)) * event.batchSize;
  const eta = (elapsed / Math.max(event.stepInEpoch, 1)) * remaining;
  const head = `${placeOf(event, run)} `;
  const loss = event.smoothedLoss ?? event.loss;
  const tail = ` ${metrics({ ...event, loss })} · ${formatRate(event.examplesPerSecond)}/s · ETA ${formatDuration(eta)}`;
  const room = columns - 1 - head.length - tail.length;
  const line = room >= 8 ? `${head}${bar(share, Math.min(room, 30))}${tail}` : `${head}${tail}`;
  return line.slice(0, Math.max(columns - 1, 0));
}

const positive = { min: 0, openMin: true };

function checkStream(stream: unknown): ProgressStream {
  if (typeof (stream as ProgressStream | null)?.write === 'function')
    return stream as ProgressStream;
  throw new ThalwegError({
    code: 'TYPE',
    path: 'progress.stream',
    received: describe(stream),
    expected: 'a stream such as process.stdout',
  });
}

/**
 * A listener for `fit({ onEvent: progress() })` that shows how training goes.
 *
 * In a terminal it redraws one line; into a file or pipe it writes a plain line an epoch. NO_COLOR
 * and FORCE_COLOR are honoured.
 *
 * @throws ThalwegError TYPE, RANGE, UNKNOWN_OPTION
 */
export function progress(options: ProgressOptions = {}): (event: TrainEvent) => void {
  checkOptions('progress', options, ['stream', 'framesPerSecond']);
  const stream = checkStream(options.stream ?? process.stderr);
  const interval =
    1000 / checkNumber('progress.framesPerSecond', options.framesPerSecond ?? 10, positive);
  const terminal = stream.isTTY === true && process.env['TERM'] !== 'dumb';
  const style = styles(stream.isTTY === true);
  const clear = terminal ? '\r\x1b[2K' : '';
  let run: Run = { epochs: 1, firstEpoch: 0 };
  let drawn = -Infinity;
  return (event) => {
    if (event.type === 'start') {
      run = event;
      stream.write(`${style.dim(startLine(event))}\n`);
    } else if (event.type === 'epoch') {
      stream.write(`${clear}${epochLine(event, run, style)}\n`);
    } else if (event.type === 'warning') {
      stream.write(`${clear}${style.bold('warning')}: ${event.message}; ${event.remedy}\n`);
    } else if (event.type === 'end') {
      const how = event.reason === 'completed' ? 'done' : 'stopped';
      const why = event.stopReason === undefined ? '' : `: ${event.stopReason}`;
      stream.write(`${clear}${style.dim(`${how} after ${formatDuration(event.seconds)}${why}`)}\n`);
    } else if (event.type === 'progress' && terminal && performance.now() - drawn >= interval) {
      drawn = performance.now();
      stream.write(`${clear}${barLine(event, run, stream.columns || 80)}`);
    }
  };
}
