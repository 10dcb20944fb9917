import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type EpochEvent, type TrainEvent, progress } from '../../src/index.js';

/** A terminal that remembers one line, and shows what a person sees. */
class Screen {
  readonly lines: string[] = [''];
  readonly isTTY: boolean;
  readonly columns: number;
  raw = '';
  constructor(isTTY: boolean, columns = 80) {
    this.isTTY = isTTY;
    this.columns = columns;
  }
  write(text: string): void {
    this.raw += text;
    // eslint-disable-next-line no-control-regex -- the test is about these codes
    for (const token of text.split(/(\r|\n|\x1b\[2K|\x1b\[\d+m)/)) {
      if (token === '\n') this.lines.push('');
      else if (token === '\x1b[2K' || token === '\r') this.lines[this.lines.length - 1] = '';
      else if (!token.startsWith('\x1b[')) this.lines.push(`${this.lines.pop() ?? ''}${token}`);
    }
  }
}

const events: TrainEvent[] = [
  {
    type: 'start',
    epochs: 2,
    firstEpoch: 0,
    stepsPerEpoch: 10,
    examples: 1000,
    device: 'cpu',
    isa: 'avx2',
    parameters: 12345,
  },
  {
    type: 'progress',
    epoch: 0,
    step: 5,
    skippedSteps: 0,
    stepInEpoch: 5,
    stepsPerEpoch: 10,
    batchSize: 100,
    loss: 0.6,
    smoothedLoss: 0.5,
    accuracy: 0.25,
    learningRate: 0.1,
    examplesPerSecond: 500,
  },
  {
    type: 'epoch',
    epoch: 0,
    loss: 0.4,
    smoothedLoss: 0.45,
    accuracy: 0.5,
    validation: { loss: 0.3, accuracy: 0.75, weights: 'raw' },
    seconds: 2,
    examplesPerSecond: 500,
    learningRate: 0.1,
    skippedSteps: 0,
  },
  { type: 'end', reason: 'completed', seconds: 75 },
];
const run = (screen: Screen, list = events): void => list.forEach(progress({ stream: screen }));

const saved = { ...process.env };
beforeEach(() => {
  delete process.env['NO_COLOR'];
  delete process.env['FORCE_COLOR'];
  process.env['TERM'] = 'xterm';
});
afterEach(() => {
  process.env = { ...saved };
});

describe('in a terminal', () => {
  it('redraws one line and leaves whole lines behind', () => {
    const screen = new Screen(true);
    run(screen, events.slice(0, 2));
    expect(screen.lines.at(-1)).toMatch(
      /^epoch 1\/2 █+▌?░+ loss {3}0\.5000 · accuracy {2}25\.00 % · 500\/s · ETA 3\.00 s$/,
    );
    run(screen, events.slice(2));
    expect(screen.lines.at(-1)).toBe('');
    expect(screen.lines.join('\n')).toContain('validation · loss   0.3000 · accuracy  75.00 %');
    expect(screen.lines.join('\n')).toContain('done after 1:15');
    expect(screen.lines.join('')).not.toContain('█');
  });

  it('counts the epochs of this run, after others and resumed', () => {
    const screen = new Screen(true);
    const shifted = events.map((event) => {
      if (event.type === 'start') return { ...event, firstEpoch: 3 };
      return 'epoch' in event ? { ...event, epoch: event.epoch + 4 } : event;
    });
    run(screen, shifted.slice(0, 2));
    expect(screen.lines.at(-1)).toMatch(/^epoch 2\/2 █+▌?░+ loss {3}0\.5000 .* ETA 1\.00 s$/);
    run(screen, [shifted[0]!, shifted[2]!]);
    expect(screen.lines.join('\n')).toContain('epoch 2/2  · loss   0.4000');
  });

  it.each([10, 40, 60, 200])('never wraps at %d columns', (columns) => {
    const screen = new Screen(true, columns);
    run(screen, events.slice(0, 2));
    expect(Array.from(screen.lines.at(-1)!).length).toBeLessThan(columns);
  });

  it('is plain under NO_COLOR and TERM=dumb', () => {
    process.env['NO_COLOR'] = '1';
    const plain = new Screen(true);
    run(plain);
    expect(plain.raw).not.toMatch(/\[\d+m/);
    delete process.env['NO_COLOR'];
    process.env['TERM'] = 'dumb';
    const dumb = new Screen(true);
    run(dumb);
    expect(dumb.raw).not.toContain('\x1b');
  });
});

const epochs: TrainEvent[] = [
  { ...events[0]!, epochs: 12 } as TrainEvent,
  ...[0.4, 0.0123, 12.5, 1.2345e-6].map((loss, epoch): TrainEvent => ({
    ...(events[2] as EpochEvent),
    epoch,
    loss,
    accuracy: epoch === 1 ? 1 : 0.0512,
    validation: {
      loss: loss / 2,
      accuracy: 0.75,
      weights: 'raw',
      metrics: { f1: 0.8125, top5: 0.9, accuracy: 0.75, confusionMatrix: [[1]] },
    },
    examplesPerSecond: 146_200,
  })),
];

describe('the line of an epoch', () => {
  const numbers = (lines: readonly string[]) =>
    lines.flatMap((line) => line.match(/[\d.,]+(e[+-]\d+)?/g) ?? []);

  it('shows the metrics that were asked for, each once', () => {
    const pipe = new Screen(false);
    run(pipe, epochs);
    expect(pipe.lines[1]).toBe(
      'epoch  1/12 · loss   0.4000 · accuracy   5.12 % · validation loss   0.2000 · accuracy  75.00 % · ' +
        'f1 0.8125 · top5 0.9000 · 2.00 s · 146.2 k examples/s',
    );
  });

  it.each([160, 80, 40, 30])('breaks between numbers at %d columns, and loses none', (columns) => {
    const [wide, narrow] = [new Screen(false), new Screen(true, columns)];
    run(wide, epochs);
    run(narrow, epochs);
    for (const line of narrow.lines) expect(line.length).toBeLessThanOrEqual(columns);
    expect(numbers(narrow.lines).sort()).toEqual(numbers(wide.lines).sort());
  });

  it('begins another line with the validation set, its loss below the other', () => {
    const screen = new Screen(true, 80);
    run(screen, epochs.slice(0, 2));
    expect(screen.lines.slice(1)).toEqual([
      'epoch  1/12 · loss   0.4000 · accuracy   5.12 % · 2.00 s · 146.2 k examples/s',
      'validation  · loss   0.2000 · accuracy  75.00 % · f1 0.8125 · top5 0.9000',
      '',
    ]);
  });

  it('keeps digits below one another as numbers grow and shrink', () => {
    const screen = new Screen(true, 200);
    run(screen, epochs);
    const lines = screen.lines.slice(1, -1);
    expect(new Set(lines.map((line) => line.indexOf(' · accuracy'))).size).toBe(1);
    expect(new Set(lines.map((line) => line.indexOf(' % · validation'))).size).toBe(1);
    expect(new Set(lines.map((line) => line.indexOf(' · 146.2 k'))).size).toBe(1);
  });
});

describe('output of others beside the bar', () => {
  const start = (screen: Screen) => {
    const show = progress({ stream: screen, framesPerSecond: 1e9 });
    show(events[0]!);
    show(events[1]!);
    return show;
  };

  it('stays whole on a line of its own, and the bar comes back', () => {
    const screen = new Screen(true);
    const show = start(screen);
    screen.write('hello\n');
    expect(screen.lines.slice(1)).toEqual(['hello', '']);
    show(events[1]!);
    expect(screen.lines.at(-1)).toContain('█');
    show(events[2]!);
    expect(screen.lines[2]).toMatch(/^epoch 1\/2 {2}· loss/);
  });

  it('is not drawn over within a line, nor by what comes after it', () => {
    const screen = new Screen(true);
    const show = start(screen);
    screen.write('half');
    show(events[1]!);
    screen.write(' a line');
    expect(screen.lines.at(-1)).toBe('half a line');
    show(events[2]!);
    expect(screen.lines.slice(1, 3)).toEqual([
      'half a line',
      expect.stringMatching(/^epoch 1\/2 {2}· loss/),
    ]);
    const next = new Screen(true);
    const again = start(next);
    next.write('half');
    next.write(' a line\n');
    again(events[1]!);
    expect(next.lines[1]).toBe('half a line');
    expect(next.lines.at(-1)).toContain('█');
  });

  it('is heard on the streams of the process too, as console.log uses them', () => {
    const screen = new Screen(true);
    const isTTY = Object.getOwnPropertyDescriptor(process.stdout, 'isTTY');
    Object.defineProperty(process.stdout, 'isTTY', { value: true, configurable: true });
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      screen.write(String(text));
      return true;
    });
    try {
      const show = start(screen);
      process.stdout.write('told\n');
      show(events[1]!);
      process.stdout.write(Buffer.from('in bytes\n'));
      expect(screen.lines.slice(1)).toEqual(['told', 'in bytes', '']);
      show(events[1]!);
      show(events[3]!);
      expect(Reflect.get(process.stdout, 'write')).toBe(write); // the stream writes as before
    } finally {
      write.mockRestore();
      if (isTTY === undefined) delete (process.stdout as { isTTY?: boolean }).isTTY;
      else Object.defineProperty(process.stdout, 'isTTY', isTTY);
    }
  });

  it('two displays on one terminal leave whole lines', () => {
    const screen = new Screen(true);
    const [first, second] = [start(screen), start(screen)];
    first(events[1]!);
    second(events[1]!);
    for (const show of [first, second]) events.slice(2).forEach(show);
    const lines = screen.lines.filter((line) => line !== '');
    expect(lines).toHaveLength(8);
    expect(lines.join('')).not.toContain('█');
  });

  it('a stream that cannot be watched is written to', () => {
    const lines: string[] = [];
    const stream = Object.freeze({ write: (text: string) => lines.push(text), isTTY: true });
    events.forEach(progress({ stream }));
    expect(lines.join('')).toContain('loss   0.3000');
  });
});

it('shows a warning on a line of its own', () => {
  const screen = new Screen(true);
  const warning = { type: 'warning', code: 'STALL', epoch: 3, message: 'm', remedy: 'r' } as const;
  run(screen, [...events.slice(0, 2), warning]);
  expect(screen.lines.slice(-2)).toEqual(['warning: m; r', '']);
});

it('elsewhere writes one plain line an epoch', () => {
  const pipe = new Screen(false);
  run(pipe);
  expect(pipe.raw).not.toContain('\x1b');
  expect(pipe.raw.trimEnd().split('\n')).toHaveLength(3);
  process.env['FORCE_COLOR'] = '1';
  const forced = new Screen(false);
  run(forced);
  expect(forced.raw).toContain('\x1b[1m');
});
