/** A residual block: its layers, its shortcut, and their sum. */
import type { ResidualLayer } from '../../../nn/residual.js';
import { defineEmitter, emitAll } from '../emitter.js';

defineEmitter<ResidualLayer>(
  'residual',
  ['layers', 'shortcut'],
  ({ layer, placed, name, graph, arrays }, input) => {
    const inner = placed.layers!;
    const own = { graph, arrays };
    const body = emitAll(inner.slice(0, layer.layers.length), `${name}.`, own, input);
    const shortcut = emitAll(inner.slice(layer.layers.length), `${name}.`, own, input);
    graph.scope = name;
    const beside = body.isFirst ? graph.first(shortcut) : graph.last(shortcut);
    return { ...body, name: graph.node('Add', { inputs: [body.name, beside.name] }) };
  },
);
