/** The code of docs/checkpoints.md, run as a user would. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { newFolder } from '../new-folder.js';

it('docs/checkpoints.md does what it says', async () => {
  const text = readFileSync('docs/checkpoints.md', 'utf8');
  const blocks = [...text.matchAll(/```js\n(.*?)```/gs)].map((match) => match[1]!);
  expect(blocks.length).toBe(3);
  const script = `
    import { Trainer, checkpoint, data, nn, optim } from ${JSON.stringify(pathToFileURL('dist/index.mjs').href)};
    const trainer = new Trainer({
      model: nn.sequential({ input: [2] }, nn.dense(2)), loss: 'softmaxCrossEntropy', optimizer: optim.adam(),
    });
    const inputs = Float32Array.from({ length: 200 }, (_, i) => i % 3);
    const train = data.fromArrays({ inputs, shape: [100, 2], labels: new Int32Array(100) });
    ${blocks[0]!}
    ${blocks[1]!}
    ${blocks[2]!}
    console.log(history.reason, resumed.epoch, resumed.damaged.length, resumed.differences.length);`;
  const cwd = newFolder();
  const args = ['--input-type=module', '-e', script];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd });
  expect(stdout).toBe('40 7\ncompleted 20 0 0\n');
});
