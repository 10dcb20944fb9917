import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { scalarRecord, wholeRecords } from '../../src/io/event-record.js';
import { LogFile, wholeLines } from '../../src/io/log-file.js';
import { newFolder } from '../new-folder.js';

const file = join(newFolder(), 'log');

it('a log of several pieces goes on behind its last whole line', async () => {
  const lines = Buffer.from(`${'x'.repeat(999)}\n`.repeat(3000)); // 3 MB
  writeFileSync(file, Buffer.concat([lines, Buffer.from('half a line')]));
  const log = new LogFile(file, wholeLines);
  expect(await log.continue()).toBe(11);
  log.add('the next\n');
  await log.flush();
  expect(readFileSync(file, 'utf8').slice(-19)).toBe(`${'x'.repeat(9)}\nthe next\n`);
  expect(statSync(file).size).toBe(lines.length + 9);
});

it('a log of records goes on behind its last whole one, although none ends where a piece does', async () => {
  const record = scalarRecord(1, 2, [['loss'.repeat(300), 0.5]]);
  const whole = Buffer.concat(new Array<Buffer>(2000).fill(record)); // 2.5 MB
  writeFileSync(file, Buffer.concat([whole, record.subarray(0, 100)]));
  expect(await new LogFile(file, wholeRecords).continue()).toBe(100);
  expect(statSync(file).size).toBe(whole.length);
});
