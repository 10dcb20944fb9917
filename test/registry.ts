/** Every optimizer that there is, for tests and benchmarks: a new one takes part unasked. */
import { optim } from '../src/index.js';
import { definitions, lower } from '../src/optim/define.js';

type Definition = NonNullable<ReturnType<typeof definitions.get>>;

/** Makes an optimizer. */
export type Factory = (options?: object) => optim.Optimizer;

const factories = optim as unknown as Readonly<Record<string, Factory>>;

/** By kind. */
export const kinds: readonly (readonly [string, Factory])[] = [...definitions.keys()].map(
  (kind) => [kind, factories[kind]!],
);

/** A value of each option that may choose another native rule. */
function choices({ options }: Definition): Record<string, unknown>[] {
  const each = Object.entries(options).flatMap(([name, spec]): Record<string, unknown>[] => {
    if (typeof spec.default === 'boolean') return [{ [name]: !spec.default }];
    if (typeof spec.default === 'string')
      return (spec.range as readonly string[]).map((choice) => ({ [name]: choice }));
    return spec.default === 0 ? [{ [name]: 0.9 }] : [];
  });
  return [{}, ...each, Object.assign({}, ...each) as Record<string, unknown>];
}

/** Each kind with its defaults, and once more for each other native rule that its options choose. */
export const variants: readonly (readonly [string, Factory])[] = [...definitions.values()].flatMap(
  (definition) => {
    const make = factories[definition.kind]!;
    const seen = new Set<string>();
    return choices(definition).flatMap((chosen): (readonly [string, Factory])[] => {
      const { rule } = lower(make(chosen));
      if (seen.has(rule)) return [];
      const name = seen.size === 0 ? definition.kind : rule;
      seen.add(rule);
      return [[name, (options = {}) => make({ ...chosen, ...options })]];
    });
  },
);

/** The options that may follow a schedule, at values that are not their defaults. */
export function scheduledOptions(kind: string): Record<string, number> {
  const { options } = definitions.get(kind)!;
  const own = Object.entries(options).flatMap(([name, spec]) =>
    'scheduled' in spec ? [[name, spec.default * 0.8 || 0.6] as const] : [],
  );
  return { ...Object.fromEntries(own), l2: 0.1, weightDecay: 0.2 };
}
