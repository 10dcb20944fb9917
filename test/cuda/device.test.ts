/** The right GPU serves, and the refusal names each missing piece. */
import { emulated, onGpu } from '../oracle/cuda.js';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explain, resolveDevice } from '../../src/device.js';
import { ThalwegError } from '../../src/errors.js';
import { native } from '../../src/native.js';

interface Found {
  readonly status: {
    readonly missing: string;
    readonly remedy: string;
    readonly devices: readonly { readonly name: string; readonly uuid: string }[];
  };
  readonly found?: string;
  readonly refusal?: { readonly code: string; readonly message: string };
  /** The error of the first use. */
  readonly opening?: { readonly code: string; readonly message: string };
  /** The name of what computes `dense_forward`. */
  readonly dense?: string;
}

/** Asks for GPUs in a process of its own, since a process looks for them once. */
function look(environment: Record<string, string>, name = 'cuda'): Found {
  const script = `
    const native = require(${JSON.stringify(join(__dirname, '../../build/Release/thalweg.node'))});
    native.initialize(class extends Error {
      constructor(fields) { super(JSON.stringify(fields)); this.code = fields.code; }
    });
    const found = { status: native.cudaStatus() };
    try { found.found = native.findCuda(${JSON.stringify(name)}); } catch ({ code, message }) { found.refusal = { code, message }; }
    try {
      const all = native.implementations('cuda');
      found.dense = all.find(({ operation }) => operation === 'dense_forward').implementation;
    } catch ({ code, message }) { found.opening = { code, message }; }
    console.log(JSON.stringify(found));`;
  const env: NodeJS.ProcessEnv = { ...process.env, ...environment };
  if (environment['THALWEG_CUDA'] === undefined) delete env['THALWEG_CUDA'];
  return JSON.parse(execFileSync('node', ['-e', script], { env, encoding: 'utf8' })) as Found;
}

describe('a missing piece is named with its remedy', () => {
  const fault = (name: string) => ({ THALWEG_CUDA: emulated, THALWEG_EMULATED_FAULT: name });
  const cases: [string, Record<string, string>, RegExp, RegExp][] = [
    ['switched off', { THALWEG_CUDA: '0' }, /THALWEG_CUDA=0/, /unset/],
    ['no plugin', { THALWEG_CUDA: '/nowhere/thalweg_cuda.so' }, /does not load/, /script\/build/],
    ['a GPU hidden', fault('no-device'), /shows no GPU/, /CUDA_VISIBLE_DEVICES/],
    ['an old driver', fault('old-driver'), /too old: it runs CUDA 11\.4/, /update the driver/],
    ['a plugin without its driver', fault('no-driver'), /no NVIDIA driver/, /install the NVIDIA/],
  ];
  it.each(cases)('%s', (_, environment, missing, remedy) => {
    const { status, refusal } = look(environment);
    expect(status.missing).toMatch(missing);
    expect(status.remedy).toMatch(remedy);
    expect(refusal?.code).toBe('NO_DEVICE');
    expect(refusal?.message).toMatch(missing);
  });

  it.each([
    ['an old card', 'old-card', /compute capability 6\.0, at least 7\.5/],
    [
      'a card the plugin has no code for',
      'other-card',
      /8\.0, the plugin is built for sm_90,compute_90: build it with script\/build --cuda/,
    ],
  ])('%s', (_, name, reason) => {
    const { refusal } = look(fault(name));
    expect(refusal?.code).toBe('NO_DEVICE');
    expect(refusal?.message).toMatch(reason);
  });

  it.each([
    [
      'a GPU that another process has to itself',
      'exclusive',
      /cuda:0 \(another process has/,
      /-c DEFAULT/,
    ],
    [
      'a GPU without memory for a context',
      'no-room',
      /cuda:0 \(its memory is used up/,
      /nvidia-smi/,
    ],
  ])('%s', (_, name, received, remedy) => {
    const { opening } = look(fault(name));
    expect(opening?.code).toBe('NO_DEVICE');
    expect(opening?.message).toMatch(received);
    expect(opening?.message).toMatch(remedy);
  });

  const cuda = process.env['THALWEG_CUDA'];
  const here = cuda === undefined ? {} : { THALWEG_CUDA: cuda };

  it('cuBLAS, which the plugin does without', () => {
    expect(look({ ...here, THALWEG_CUBLAS: '0' }).dense).toBe('CUDA kernels, THALWEG_CUBLAS=0');
    expect(look({ ...here, THALWEG_CUBLAS: '/nowhere/libcublasLt.so.13' }).dense).toBe(
      'CUDA kernels, without cuBLAS: /nowhere/libcublasLt.so.13 is not found; install it, or put ' +
        'its folder in LD_LIBRARY_PATH',
    );
  });

  it.skipIf(onGpu)('no driver', () => {
    const { status, refusal } = look({});
    expect(status.missing).toMatch(/no NVIDIA driver: libcuda\.so\.1/);
    expect(refusal?.code).toBe('NO_DEVICE');
  });
});

describe.skipIf(onGpu)('CUDA_VISIBLE_DEVICES', () => {
  const second = 'GPU-00000000-0000-0000-0000-000000000002';
  const visible = (list: string) => look({ THALWEG_CUDA: emulated, CUDA_VISIBLE_DEVICES: list });

  it.each([
    ['1', 1],
    [second, 1],
    ['1,0', 2],
    ['1,none,0', 1],
  ])('%s leaves the second GPU first', (list, count) => {
    const { devices } = visible(list).status;
    expect(devices).toHaveLength(count);
    expect(devices[0]).toMatchObject({ name: 'cuda:0', uuid: second });
  });

  it.each(['', '7'])('"%s" leaves none, and is named', (list) => {
    const { status, refusal } = visible(list);
    expect(status.missing).toMatch(/shows no GPU/);
    expect(status.remedy).toMatch(/CUDA_VISIBLE_DEVICES/);
    expect(refusal?.code).toBe('NO_DEVICE');
  });
});

describe.skipIf(onGpu)('an instance of a divided GPU', () => {
  it.each(['cuda:MIG-00000000-0000-0000-0000-000000000002', 'cuda:MIG-00000000-0000-0000-0000-0'])(
    'has a UUID as nvidia-smi prints it: %s',
    (name) => {
      const { status, found } = look(
        { THALWEG_CUDA: emulated, THALWEG_EMULATED_FAULT: 'mig' },
        name,
      );
      expect(status.devices[1]?.uuid).toBe('MIG-00000000-0000-0000-0000-000000000002');
      expect(found).toBe(name.endsWith('2') ? 'cuda:1' : 'cuda:0');
    },
  );
});

describe('device names', () => {
  const [first] = native.cudaStatus().devices;

  it('auto takes the GPU, and says why', () => {
    expect(resolveDevice('auto')).toBe('cuda:0');
    const explanation = explain();
    expect(explanation.device).toBe('cuda:0');
    expect(explanation.reason).toContain(first!.description);
    expect(explanation.operations.map(({ operation }) => operation)).toContain('step');
  });

  it('name a GPU by number and by UUID', () => {
    expect(resolveDevice('cuda')).toBe('cuda:0');
    expect(resolveDevice('cuda:0')).toBe('cuda:0');
    expect(first!.uuid).toMatch(/^GPU-[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/);
    expect(resolveDevice(`cuda:${first!.uuid}`)).toBe('cuda:0');
    if (!onGpu) expect(resolveDevice('cuda:1')).toBe('cuda:1');
  });

  it.each(['cuda:', 'cuda:99', 'cuda:-1', 'cuda:GPU-no', 'cuda:00', 'cudas', 'gpu'])(
    'refuses %s',
    (name) => {
      expect(() => resolveDevice(name)).toThrow(ThalwegError);
      expect(() => resolveDevice(name)).toThrow(expect.objectContaining({ code: 'NO_DEVICE' }));
    },
  );
});
