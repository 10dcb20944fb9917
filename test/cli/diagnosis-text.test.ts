import { describe, expect, it } from 'vitest';
import { formatBytes } from '../../src/cli/bytes.js';
import { describeDiagnosis } from '../../src/cli/diagnosis-text.js';
import type { Diagnosis } from '../../src/cli/examine.js';
import { styles, wrap } from '../../src/terminal/style.js';
import { type Findings, findTroubles } from '../../src/cli/troubles.js';
import { device } from '../../src/index.js';

const here = device.explain('cpu');
const gpu = {
  name: 'cuda:0',
  description: 'NVIDIA H200',
  uuid: 'GPU-1f4b',
  bytes: 139 * 2 ** 30,
  refusal: '',
};
const none = { gpus: 0, devices: [], missing: 'no NVIDIA driver', remedy: 'install it' };
const plenty = { total: 2 ** 34, free: 2 ** 33 };
const healthy: Findings = {
  facts: { ...here, memory: plenty, gpus: none, plugins: [] },
  hardware: { gpus: 0 },
  trials: [{ device: 'cpu', trains: true, loss: 0.1 }],
  error: undefined,
};
const troubles = (change: Partial<Findings['facts']>, rest: Partial<Findings> = {}) =>
  findTroubles({ ...healthy, ...rest, facts: { ...healthy.facts, ...change } });

describe('troubles', () => {
  it('a healthy machine without a GPU has none', () => {
    expect(troubles({})).toEqual([]);
  });

  it('little memory, of the machine or by a limit', () => {
    expect(troubles({ memory: { total: 2 ** 30, free: 2 ** 27 } })).toEqual([
      { what: 'only 128 MiB of memory are left', remedy: expect.stringMatching(/^end/) as string },
    ]);
    const limit = { bytes: 2 ** 28, left: 2 ** 26, file: '/sys/fs/cgroup/memory.max' };
    expect(troubles({ memory: { ...plenty, limit } })[0]).toEqual({
      what: 'only 64.0 MiB of memory are left by the limit in /sys/fs/cgroup/memory.max',
      remedy: expect.stringMatching(/^give the container more/) as string,
    });
  });

  it('GPUs that nothing drives, in a machine or a container, and one that is refused', () => {
    const hardware = { gpus: 2 };
    expect(troubles({}, { hardware })).toEqual([
      { what: 'NVIDIA GPUs: 2, but no NVIDIA driver', remedy: 'install it' },
    ]);
    const gpus = { ...none, missing: 'no NVIDIA driver: libcuda.so.1 is not found' };
    const [inside] = troubles({ gpus }, { hardware: { gpus: 0, driver: '535.1' } });
    expect(inside!.remedy).toMatch(/--gpus all/);
    const refused = { ...gpu, refusal: 'it is too old' };
    expect(troubles({ gpus: { ...none, missing: '', devices: [refused] } }, { hardware })).toEqual([
      {
        what: 'cuda:0, NVIDIA H200, does not work: it is too old',
        remedy: "use another GPU, or the device 'cpu'",
      },
    ]);
  });

  it('an old Node.js, number by number', () => {
    const of = (node: string) => troubles({ system: { ...here.system, node } });
    expect(of('20.9.1')[0]!.what).toBe('Node.js 20.9.1 is older than 20.17');
    expect(of('18.20.0')).toHaveLength(1);
    for (const node of ['20.17.0', '20.20.2', '22.0.0', '100.0.0']) expect(of(node)).toEqual([]);
  });

  it('a processor without vectors', () => {
    const system = { ...here.system, platform: 'linux-x64' };
    expect(troubles({ isa: 'baseline', system })[0]!.what).toMatch(/lacks AVX2 or FMA/);
    const arm = { ...here.system, platform: 'linux-arm64' };
    expect(troubles({ isa: 'baseline', system: arm })).toEqual([]);
  });

  it('a GPU that errs beside a processor that does not', () => {
    const trials = [{ device: 'cuda:0', trains: false, loss: 7 }, ...healthy.trials];
    expect(troubles({}, { trials }).map(({ what }) => what)).toEqual([
      expect.stringMatching(/^cuda:0 computes wrongly: a loss of 7 after 20 steps/),
    ]);
  });
});

const diagnosis: Diagnosis = {
  thalweg: '0.1.0',
  facts: {
    ...here,
    addon: '/app/node_modules/thalweg/thalweg.node',
    gpus: { devices: [gpu], missing: '', remedy: '', gpus: 1, driver: '570.86.15' },
    memory: { ...plenty, limit: { bytes: 2 ** 31, left: 2 ** 30, file: '/cg/memory.max' } },
  },
  trials: [
    { device: 'cuda:0', trains: false, loss: 7 },
    { device: 'cpu', trains: true, loss: 0.135310154 },
  ],
  troubles: [{ what: 'cuda:0 computes wrongly', remedy: 'use another device' }],
  trains: true,
};
const plain = { bold: (text: string) => text, dim: (text: string) => text };

describe('the page', () => {
  it('has a row for each fact', () => {
    const page = describeDiagnosis(diagnosis, plain, Infinity);
    for (const line of [
      'memory        8.0 GiB free of 16.0 GiB; 1.0 GiB left of the limit of 2.0 GiB in /cg/memory.max',
      'GPU           cuda:0, NVIDIA H200, 139 GiB, GPU-1f4b',
      'driver        NVIDIA 570.86.15',
      'training      cuda:0 is wrong',
      'training      cpu is right: loss 0.135310 after 20 steps',
      'trouble       cuda:0 computes wrongly',
      'remedy        use another device',
      'This machine trains on cpu.',
    ])
      expect(page.split('\n')).toContain(line);
  });

  it.each([80, 40])('fits %i columns', (columns) => {
    const page = describeDiagnosis(diagnosis, plain, columns);
    for (const line of page.split('\n')) {
      const isOneWord = !line.trim().includes(' ') || /^\S+ {2,}\S+$/.test(line);
      if (!isOneWord) expect(Array.from(line).length).toBeLessThanOrEqual(columns);
    }
    expect(page).toContain('node_modules/thalweg/thalweg.node'); // a line does not break within a path
  });

  it('emphasises in a terminal, but not under NO_COLOR', () => {
    const before = process.env['NO_COLOR'];
    try {
      delete process.env['NO_COLOR'];
      expect(describeDiagnosis(diagnosis, styles(true), 80)).toContain('\x1b[1mtrouble\x1b[0m');
      process.env['NO_COLOR'] = '1';
      expect(describeDiagnosis(diagnosis, styles(true), 80)).not.toContain('\x1b');
    } finally {
      delete process.env['NO_COLOR'];
      if (before !== undefined) process.env['NO_COLOR'] = before;
    }
  });
});

it('wraps between words and leaves long ones whole', () => {
  expect(wrap('one two three', 16)).toEqual(['one two three']);
  expect(wrap('a much longer sentence than that', 16)).toEqual([
    'a much longer',
    'sentence than',
    'that',
  ]);
  expect(wrap('see /a/very/long/path/to/a/file now', 16)).toEqual([
    'see',
    '/a/very/long/path/to/a/file',
    'now',
  ]);
  expect(wrap('', 16)).toEqual(['']);
});

it('bytes have three digits or so', () => {
  expect([0, 1, 1023, 1536, 10 ** 8, 2 ** 31, 139 * 2 ** 30, 1e16].map(formatBytes)).toEqual([
    '0 B',
    '1 B',
    '1023 B',
    '1.5 KiB',
    '95.4 MiB',
    '2.0 GiB',
    '139 GiB',
    '8.9 PiB',
  ]);
});
