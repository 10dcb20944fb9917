import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TrainEvent, progress } from '../../src/index.js';

/** A terminal of one line's memory: what a person would see. */
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
    // eslint-disable-next-line no-control-regex -- the codes are what is tested
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
      /^epoch 1\/2 █+▌░+ loss 0\.5000 · accuracy 25\.00 % · 500\/s · ETA 3\.00 s$/,
    );
    run(screen, events.slice(2));
    expect(screen.lines.at(-1)).toBe('');
    expect(screen.lines.join('\n')).toContain('validation loss 0.3000 · accuracy 75.00 %');
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
    expect(screen.lines.at(-1)).toMatch(/^epoch 2\/2 █+▌░+ loss 0\.5000 .* ETA 1\.00 s$/);
    run(screen, [shifted[0]!, shifted[2]!]);
    expect(screen.lines.join('\n')).toContain('epoch 2/2 · loss 0.4000');
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
