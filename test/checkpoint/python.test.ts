/**
 * Python's safetensors, where script/bootstrap --readers installed it, reads checkpoints and is
 * read.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectWhole } from '../../src/checkpoint/inspect.js';
import { average, io, optim } from '../../src/index.js';
import { newFolder } from '../new-folder.js';
import { canImport, python } from '../python.js';
import { classes, make } from './runs.js';

const hasSafetensors = canImport('numpy, safetensors.numpy');

function run(script: string, ...given: string[]): unknown {
  return JSON.parse(execFileSync(python, ['-c', script, ...given], { encoding: 'utf8' }));
}

const types: Readonly<Record<string, string>> = {
  F32: 'float32',
  F64: 'float64',
  U8: 'uint8',
};
const sha256 = (data: ArrayBufferView): string =>
  createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex');

describe.skipIf(!hasSafetensors)("Python's safetensors", () => {
  it('reads every tensor and all metadata of a checkpoint', async () => {
    const folder = newFolder();
    using train = classes();
    using trainer = make({ optimizer: optim.nadam(), average: average.ema() });
    const { checkpoint: file } = await trainer.fit(train, {
      epochs: 1,
      batchSize: 8,
      checkpoint: { folder },
    });
    const script = `
import hashlib, json, sys
from safetensors import safe_open
with safe_open(sys.argv[1], 'numpy') as file:
    tensors = {}
    for name in file.keys():
        array = file.get_tensor(name)
        tensors[name] = [str(array.dtype), list(array.shape), hashlib.sha256(array.tobytes()).hexdigest()]
    print(json.dumps({'tensors': tensors, 'state': json.loads(file.metadata()['state'])}))`;
    const { tensors } = await io.readSafetensors(file!);
    const expected = tensors.map(({ name, dtype, shape, data }) => [
      name,
      [types[dtype], shape, sha256(data)],
    ]);
    expect(expected.length).toBeGreaterThan(12);
    const { state } = await inspectWhole(file!);
    expect(run(script, file!)).toMatchObject({
      tensors: Object.fromEntries(expected) as object,
      state: { lineage: state.lineage, steps: 7 },
    });
  });

  it('writes files that are read here', async () => {
    const file = join(newFolder(), 'python.safetensors');
    const script = `
import json, sys
import numpy as np
from safetensors.numpy import save_file
save_file({'a': np.arange(6, dtype=np.float32).reshape(2, 3), 'b': np.array(-1, dtype=np.int64)}, sys.argv[1], {'by': 'Python'})
print('null')`;
    run(script, file);
    const { tensors, metadata } = await io.readSafetensors(file);
    expect(metadata).toEqual({ by: 'Python' });
    expect(tensors.map(({ name, dtype, shape }) => [name, dtype, shape]).sort()).toEqual([
      ['a', 'F32', [2, 3]],
      ['b', 'I64', []],
    ]);
    const a = tensors.find(({ name }) => name === 'a')!.data as Uint8Array;
    expect([...new Float32Array(a.buffer, a.byteOffset, 6)]).toEqual([0, 1, 2, 3, 4, 5]);
  });
});
