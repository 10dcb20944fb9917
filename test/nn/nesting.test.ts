import { describe, expect, it } from 'vitest';
import { nn } from '../../src/index.js';
import { failure } from '../oracle/failure.js';

/** Nests the block within itself this often, in the form of a file. */
function nested(depth: number, inner: unknown = { kind: 'dense', units: 3 }): unknown {
  let layer = inner;
  for (let i = 0; i < depth; i++) layer = { kind: 'residual', layers: [layer], shortcut: [] };
  return layer;
}
const model = (...layers: unknown[]): nn.SequentialJson =>
  ({ kind: 'sequential', input: [3], layers }) as nn.SequentialJson;
const dense = nn.dense(3);

describe('blocks within one another', () => {
  it('may be 64 deep, and come back from JSON', () => {
    let layer: nn.Layer = dense;
    for (let i = 0; i < 64; i++) layer = nn.residual([layer]);
    const made = nn.sequential({ input: [3] }, layer);
    const text = JSON.stringify(made);
    expect(nn.fromJSON(JSON.parse(text) as nn.SequentialJson).parameterCount).toBe(12);
  });

  it.each([65, 20_000])('%i deep are DEPTH', async (depth) => {
    const layer = nested(depth, dense);
    expect((await failure(() => nn.fromJSON(model(layer)))).code).toBe('DEPTH');
    const given = layer as nn.Layer;
    expect((await failure(() => nn.sequential({ input: [3] }, given))).code).toBe('DEPTH');
  });

  it('are DEPTH in a shortcut, and where a block is within itself', async () => {
    const beside = { kind: 'residual', layers: [dense], shortcut: nested(70, dense) };
    expect((await failure(() => nn.fromJSON(model(beside)))).code).toBe('DEPTH');
    const circle: { kind: string; layers: unknown[] } = { kind: 'residual', layers: [dense] };
    circle.layers.push(circle);
    expect((await failure(() => nn.fromJSON(model(circle)))).code).toBe('DEPTH');
  });
});

describe('too many layers', () => {
  it('are OVERFLOW: also few that stand for many', async () => {
    let layer: nn.Layer = dense;
    for (let i = 0; i < 40; i++) layer = nn.residual([layer, layer]);
    expect((await failure(() => nn.sequential({ input: [3] }, layer))).code).toBe('OVERFLOW');
  });

  it('are OVERFLOW in a list that is longer than the arguments of a call', async () => {
    const layers = Array<unknown>(200_000).fill(dense);
    expect((await failure(() => nn.fromJSON({ ...model(), layers } as never))).code).toBe(
      'OVERFLOW',
    );
  });
});

it('a value that is no block is refused where it stands', async () => {
  const error = await failure(() => nn.fromJSON(model({ kind: 'residual', layers: [null] })));
  expect([error.code, error.path]).toEqual(['TYPE', 'layers[0].layers[0]']);
  const wrong = await failure(() => nn.fromJSON(model({ kind: 'residual', layers: 5 })));
  expect(wrong.code).toBe('TYPE');
});
