/** Shows the progress of a run: a line that redraws itself in a terminal, or a line for each epoch. */
import { checkNumber, checkOptions, wrongType } from '../options.js';
import { propertyOf } from '../values.js';
import type { Callback } from '../run/callback.js';
import type { ProgressEvent, TrainEvent } from '../run/events.js';
import { Widths, formatDuration } from '../terminal/number-text.js';
import { StatusLine } from '../terminal/status-line.js';
import { type Style, type Styles, styles, wrap } from '../terminal/style.js';
import { type Page, type Run, barText, epochText, startText } from './progress-text.js';

/** The destination of the progress lines: a terminal, a file or a pipe. */
export interface ProgressStream {
  /** Writes a piece of text. */
  write(text: string): unknown;
  /** True where the stream is a terminal, which can redraw lines. Default false. */
  readonly isTTY?: boolean;
  /** The width of the terminal in characters. Default 80. */
  readonly columns?: number;
}

/** Options of {@link progress}. */
export interface ProgressOptions {
  /** The destination of the lines. Default `process.stderr`. */
  readonly stream?: ProgressStream;
  /** The greatest number of redraws a second, greater than 0. Default 10. */
  readonly framesPerSecond?: number;
}

const positive = { min: 0, openMin: true };

function checkStream(stream: unknown): ProgressStream {
  if (typeof propertyOf(stream, 'write') === 'function') return stream as ProgressStream;
  throw wrongType('progress.stream', stream, 'a stream such as process.stdout');
}

class Display {
  readonly #stream: ProgressStream;
  readonly #interval: number;
  readonly #isTerminal: boolean;
  readonly #styles: Styles;
  readonly #line: StatusLine;
  #widths = new Widths();
  #run: Run = { epochs: 1, firstEpoch: 0 };
  #drawn = -Infinity;

  constructor(stream: ProgressStream, interval: number) {
    this.#stream = stream;
    this.#interval = interval;
    this.#isTerminal = stream.isTTY === true;
    this.#styles = styles(this.#isTerminal);
    this.#line = new StatusLine(stream);
  }

  /** Returns the result of the stream's `write`, which may be a promise to wait for. */
  show(event: TrainEvent): unknown {
    if (event.type === 'start') {
      [this.#run, this.#widths] = [event, new Widths()];
      return this.#say(startText(event), this.#styles.dim);
    }
    if (event.type === 'progress') return this.#draw(event);
    if (event.type === 'epoch')
      return this.#line.replace(epochText(event, this.#run, this.#page()));
    if (event.type === 'warning') {
      const { bold } = this.#styles;
      return this.#say(`warning: ${event.message}; ${event.remedy}`, (text) =>
        text.replace('warning', bold('warning')),
      );
    }
    if (event.type !== 'end') return undefined;
    const how = event.reason === 'completed' ? 'done' : 'stopped';
    const why = event.stopReason === undefined ? '' : `: ${event.stopReason}`;
    return this.#say(`${how} after ${formatDuration(event.seconds)}${why}`, this.#styles.dim);
  }

  /** Reads the width anew for each line, because people resize windows. */
  #page(): Page {
    const width: unknown = this.#stream.columns;
    const known = typeof width === 'number' && width > 0 ? width : 80;
    const columns = this.#isTerminal ? known : Infinity;
    return { columns, styles: this.#styles, widths: this.#widths };
  }

  #say(text: string, style: Style): unknown {
    const lines = wrap(text, this.#page().columns).join('\n');
    return this.#line.replace(style(lines));
  }

  #draw(event: ProgressEvent): unknown {
    const canRedraw = this.#isTerminal && process.env['TERM'] !== 'dumb';
    if (!canRedraw || performance.now() - this.#drawn < this.#interval) return undefined;
    this.#drawn = performance.now();
    return this.#line.draw(barText(event, this.#run, this.#page()));
  }
}

/**
 * Makes a listener for `fit({ onEvent: progress() })` that shows loss, accuracy, the requested metrics,
 * and speed. It draws the same as {@link callbacks.progress}, but before all callbacks; the callback
 * draws at its place among them.
 *
 * In a terminal it redraws one line while an epoch runs. Lines too long for the terminal break between
 * numbers. Text that others write to the terminal meanwhile, for example with `console.log`, stays
 * whole above the line. Into a file or pipe it writes one plain line for each epoch. The environment
 * variables NO_COLOR and FORCE_COLOR are honoured. Where the stream's `write` throws or its promise
 * rejects, the run ends.
 *
 * @throws ThalwegError TYPE, RANGE, UNKNOWN_OPTION
 */
export function progressListener(options: ProgressOptions = {}): (event: TrainEvent) => unknown {
  checkOptions('progress', options, ['stream', 'framesPerSecond']);
  const stream = checkStream(options.stream ?? process.stderr);
  const frames = checkNumber('progress.framesPerSecond', options.framesPerSecond ?? 10, positive);
  const display = new Display(stream, 1000 / frames);
  return (event) => display.show(event);
}

/**
 * Shows the progress of training as `onEvent: progress()` does, but at its place among the callbacks.
 *
 * @throws ThalwegError TYPE, RANGE, UNKNOWN_OPTION
 */
export function progress(options: ProgressOptions = {}): Callback {
  const show = progressListener(options);
  return { name: 'progress', start: show, progress: show, epoch: show, warning: show, end: show };
}
