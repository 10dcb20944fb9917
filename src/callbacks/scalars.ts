/** Lists the numbers of an epoch's record under the names that logs write. */
import type { EpochRecord, Evaluation } from '../run/history.js';

/** Named numbers in a fixed order. */
type Scalars = readonly (readonly [name: string, value: number])[];

const fields = [
  'loss',
  'accuracy',
  'smoothedLoss',
  'learningRate',
  'gradientNorm',
  'seconds',
  'examplesPerSecond',
  'skippedSteps',
] as const;

function ofEvaluation(validation: Evaluation): Scalars {
  const { metrics, ...own } = validation;
  return Object.entries({ ...own, ...metrics }).flatMap(([name, value]) =>
    typeof value === 'number' ? [[`validation.${name}`, value] as const] : [],
  );
}

/** Returns every number that the record has, those of the validation and of the layers included. */
export function scalarsOf(record: EpochRecord): Scalars {
  const own = fields.flatMap((name) => {
    const value = record[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const layers = (record.layers ?? []).flatMap(({ layer, ...health }) =>
    Object.entries(health).map(([name, value]) => [`layers.${layer}.${name}`, value] as const),
  );
  return [...own, ...(record.validation ? ofEvaluation(record.validation) : []), ...layers];
}
