/** A store that is removed, replaced or shortened while a study has it open. */
import { readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { search } from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { newStore, space } from './studies.js';

describe('a store that was', () => {
  const replace = (store: string): void => {
    const text = readFileSync(store);
    renameSync(store, `${store}.old`);
    writeFileSync(store, text);
  };
  it.each<[string, (store: string) => void, string]>([
    ['removed', rmSync, 'MISSING'],
    ['replaced', replace, 'MISSING'],
    ['shortened', (store) => truncateSync(store, 10), 'FORMAT'],
  ])('%s keeps no result, and says so', async (_, change, code) => {
    const store = newStore();
    const study = await search.study({ space, store });
    const trial = (await study.ask())!;
    change(store);
    expect(await failure(() => study.tell(trial, 1))).toMatchObject({ code, path: store });
    expect(await failure(() => study.ask())).toMatchObject({ code, path: store });
    if (code === 'FORMAT') expect(readFileSync(store)).toHaveLength(10);
    expect(await failure(() => study.close())).toMatchObject({ code, path: store });
  });

  it('removed with its folder is MISSING', async () => {
    const store = newStore();
    const study = await search.study({ space, store });
    const trial = (await study.ask())!;
    rmSync(dirname(store), { recursive: true });
    expect(await failure(() => study.tell(trial, 1))).toMatchObject({ code: 'MISSING' });
    await failure(() => study.close());
  });
});
