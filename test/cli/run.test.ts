import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Output } from '../../src/cli/command.js';
import { run } from '../../src/cli/run.js';
import { bash, thalweg } from './command.js';

/** Runs the command in this process; returns its output and exit status. */
async function called(words: readonly string[], columns = Infinity) {
  const [printed, complained]: [string[], string[]] = [[], []];
  const output: Output = {
    print: (text) => printed.push(text),
    complain: (text) => complained.push(text),
    columns,
    isTerminal: false,
  };
  const status = await run(words, output);
  return { status, printed: printed.join('\n'), complained: complained.join('\n') };
}

describe('help and version', () => {
  it.each([['--help'], ['-h'], ['help']])('%s lists the commands', async (word) => {
    const { status, printed, complained } = await called([word]);
    expect([status, complained]).toEqual([0, '']);
    expect(printed).toMatch(/^usage: thalweg COMMAND\n/);
    for (const name of ['doctor', 'inspect', '--version']) expect(printed).toContain(`\n  ${name}`);
  });

  it.each([
    ['help', 'doctor'],
    ['doctor', '--help'],
    ['doctor', '--json', '-h'],
  ])('%s %s says what the command takes', async (...words) => {
    const { status, printed } = await called(words);
    expect(status).toBe(0);
    expect(printed).toMatch(/^usage: thalweg doctor \[--json\]\n\n.*\n\n {2}--json {2}prints/s);
  });

  it('the version is that of the package', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await called(['--version'])).toMatchObject({ status: 0, printed: version });
    expect((await called(['-V'])).printed).toBe(version);
  });

  it.each([80, 40])('fits %i columns', async (columns) => {
    for (const words of [['help'], ['help', 'doctor'], ['help', 'inspect']]) {
      const { printed } = await called(words, columns);
      for (const line of printed.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
    }
  });
});

describe('a wrong call has status 2 and says what would be right', () => {
  it.each([
    [[], /^usage: thalweg COMMAND\n/],
    [['doktor'], /^thalweg: unknown command doktor; did you mean `doctor`\?$/],
    [['train'], /^thalweg: unknown command train; use one of doctor, inspect, help$/],
    [['help', 'inspct'], /^thalweg: unknown command inspct; did you mean `inspect`\?$/],
    [['doctor', '--jsno'], /^thalweg: doctor: unknown option --jsno; did you mean `--json`\?$/],
    [['doctor', 'cpu'], /^usage: thalweg doctor \[--json\]$/],
    [['inspect'], /^usage: thalweg inspect FILE…$/],
    [['inspect', '--json', 'a'], /^thalweg: inspect: unknown option --json; /],
    [['--verison'], /^thalweg: unknown option --verison; did you mean `--version`\?$/],
  ])('%j', async (words, message) => {
    const { status, printed, complained } = await called(words);
    expect([status, printed]).toEqual([2, '']);
    expect(complained).toMatch(message);
  });
});

it('a word behind -- is a file', async () => {
  const { status, complained } = await called(['inspect', '--', '--help']);
  expect([status, complained]).toEqual([1, expect.stringMatching(/^missing {2}.*--help/)]);
});

describe('the command as a process', () => {
  it('a reader that leaves early changes no exit status and brings no complaint', () => {
    const early = bash(
      'set -o pipefail; { thalweg help; for i in 1 2 3; do thalweg help inspect; done; } | head -1; echo "${PIPESTATUS[@]}"',
    );
    expect(early.stderr).toBe('');
    expect(early.stdout).toMatch(/^usage: thalweg COMMAND\n0 0\n$/);
    expect(bash('thalweg help | true; echo "${PIPESTATUS[0]}"')).toMatchObject({
      stdout: '0\n',
      stderr: '',
    });
  });

  it('a full disk is a failure', () => {
    const full = bash('thalweg help > /dev/full');
    expect(full.status).toBe(1);
    expect(full.stderr).toMatch(/^thalweg: cannot write: .*ENOSPC/);
  });

  it('help and version need no addon', () => {
    const without = { THALWEG_ADDON: '/no/such.node' };
    expect(thalweg(['help'], without).status).toBe(0);
    expect(thalweg(['--version'], without).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(thalweg(['inspect', 'package.json'], without)).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^thalweg: expected the native addon .* `THALWEG_ADDON`/,
      ) as string,
    });
  });
});
