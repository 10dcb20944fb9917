/** Every schedule keeps its promises, over random schedules of every kind. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optim, schedule } from '../../src/index.js';
import { history, kinds } from '../oracle/schedules.js';

const position = fc.record({ step: fc.nat(2000), epoch: fc.nat(2000), history });

it('every kind is tried here, and listed in the docs', () => {
  const factories = Object.keys(schedule).filter((name) => !['valueAt', 'check'].includes(name));
  expect(Object.keys(kinds).sort()).toEqual(factories.sort());
  const page = readFileSync('docs/schedules.md', 'utf8');
  const rows = [...page.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell]) => cell!.match(/\w+/g));
  expect(rows.sort()).toEqual(factories.sort());
});

it('the examples of the docs run', async () => {
  const page = readFileSync('docs/schedules.md', 'utf8');
  const [first = '', second = ''] = [...page.matchAll(/```js\n(.*?)```/gs)].map(
    ([, code]) => code!,
  );
  const run = async (script: string): Promise<string> => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--input-type=module',
      '-e',
      script,
    ]);
    return stdout;
  };
  const asked = first.replace(/schedule\.valueAt\(.*\)/, 'console.log($&, optimizer.kind)');
  expect(await run(asked)).toBe('0 momentum\n');
  expect(await run(`${second}; console.log(batchSize.kind); trainer.dispose()`)).toBe(
    'piecewise\n',
  );
});

describe.each(Object.entries(kinds))('%s', (kind, arbitrary) => {
  it('is the same after JSON, at every point', () => {
    fc.assert(
      fc.property(arbitrary, position, ({ value }, at) => {
        const copy = schedule.check('copy', JSON.parse(JSON.stringify(value)));
        expect(copy).toEqual(value);
        expect(value.kind).toBe(kind);
        expect(Object.isFrozen(copy)).toBe(true);
        expect(schedule.valueAt(copy, at)).toBe(schedule.valueAt(value, at));
        expect(optim.sgd({ learningRate: value }).learningRate).toEqual(value);
      }),
    );
  });

  it('keeps its bounds, also far away', () => {
    const far = fc.oneof(
      position,
      fc.record({ step: fc.maxSafeNat(), epoch: fc.maxSafeNat(), history }),
    );
    fc.assert(
      fc.property(arbitrary, far, ({ value, low, high }, at) => {
        const v = schedule.valueAt(value, at);
        expect(v).toBeGreaterThanOrEqual(low);
        expect(v).toBeLessThanOrEqual(high);
      }),
    );
  });

  it('is a function of the point alone: sought in any order, it is what stepping gives', () => {
    fc.assert(
      fc.property(arbitrary, history, fc.infiniteStream(fc.nat(299)), ({ value }, past, order) => {
        const at = (step: number): number =>
          schedule.valueAt(value, { step, epoch: step, history: past.slice(0, step) });
        const stepped = Array.from({ length: 300 }, (_, step) => at(step));
        for (const step of order.take(20)) expect(at(step)).toBe(stepped[step]);
      }),
      { numRuns: 30 },
    );
  });
});

/** Kinds that can fall all the way, and do where the author of the bounds says so. */
const falling = [
  'constant',
  'stepDecay',
  'multiStep',
  'exponential',
  'perStepFactor',
  'inverseTime',
  'inverseSquareRoot',
  'polynomial',
  'cosine',
  'scale',
  'clamp',
];

it.each(falling)('%s falls where that is promised', (kind) => {
  const promised = kinds[kind]!.filter(({ falls }) => falls);
  fc.assert(
    fc.property(promised, fc.nat(2000), ({ value }, t) => {
      const at = (step: number): number =>
        schedule.valueAt(value, { step, epoch: step, history: [] });
      // Powers and exponentials are good to a few ulps, and no better.
      expect(at(t + 1)).toBeLessThanOrEqual(at(t) * (1 + 1e-15));
    }),
  );
});

it('plateau falls with every epoch that it sees', () => {
  fc.assert(
    fc.property(kinds['plateau']!, history, ({ value }, past) => {
      const at = (epoch: number): number =>
        schedule.valueAt(value, { step: 0, epoch, history: past.slice(0, epoch) });
      past.forEach((_, epoch) => expect(at(epoch + 1)).toBeLessThanOrEqual(at(epoch)));
    }),
  );
});
