/** Times that come again, as points on a circle: December is next to January. */
import { ThalwegError } from '../../errors.js';
import { checkOneOf, wrongType } from '../../options.js';
import { object, oneOf } from '../../schema.js';
import { type Cells, NumberCells } from '../cells.js';
import { type EncodeKind, missingValue, numbersOf } from './step.js';

/** A period that a date is in. */
export type CyclicPeriod = 'month' | 'weekday' | 'dayOfYear' | 'hour' | 'minute';

/** Returns the part of its period that a date has passed. */
const parts: Readonly<Record<CyclicPeriod, (date: Date) => number>> = {
  month: (date) => date.getUTCMonth() / 12,
  weekday: (date) => date.getUTCDay() / 7,
  dayOfYear: (date) => {
    const start = Date.UTC(date.getUTCFullYear(), 0, 1);
    const end = Date.UTC(date.getUTCFullYear() + 1, 0, 1);
    const day = 86_400_000;
    return Math.floor((date.getTime() - start) / day) / ((end - start) / day);
  },
  hour: (date) => date.getUTCHours() / 24,
  minute: (date: Date) => (date.getUTCHours() * 60 + date.getUTCMinutes()) / 1440,
};

const periods = Object.keys(parts) as CyclicPeriod[];

/** Makes sine and cosine of a time within its period. */
export interface Cyclic {
  /** Names the transform. */
  readonly kind: 'cyclic';
  /** The period of which the date has passed a part. */
  readonly period: CyclicPeriod;
}

/** Returns the milliseconds of dates; throws TYPE for other values. */
function datesOf(cells: Cells, path: string): Float64Array {
  const isDate = cells instanceof NumberCells && cells.kind === 'date';
  if (isDate || cells.countMissing() === cells.length) return numbersOf(cells, path);
  const row = Array.from({ length: cells.length }, (_, i) => i).find((i) => !cells.isMissing(i));
  throw wrongType(
    `${path}, row ${row!}`,
    cells.at(row!),
    'a date',
    'dates such as 2026-11-29 are found; for others make a column by map()',
  );
}

export const cyclicKind: EncodeKind<Cyclic, Cyclic> = {
  fit: (description, cells, path) => {
    datesOf(cells, path);
    return description;
  },
  schema: object({ kind: oneOf('cyclic'), period: oneOf(...periods) }),
  inputs: ({ period }) => [` ${period} sine`, ` ${period} cosine`],
  encode({ period }, cells, path, { out, offset, stride }) {
    datesOf(cells, path).forEach((value, row) => {
      if (Number.isNaN(value)) throw missingValue(path, row);
      const angle = 2 * Math.PI * parts[period](new Date(value));
      if (Number.isNaN(angle))
        throw new ThalwegError({
          code: 'RANGE',
          path: `${path}, row ${row}`,
          received: String(value),
          expected: 'a date',
        });
      out[offset + row * stride] = Math.sin(angle);
      out[offset + row * stride + 1] = Math.cos(angle);
    });
  },
};

/**
 * Makes two inputs of dates: sine and cosine of the part of the year (`month`, `dayOfYear`), week (`weekday`)
 * or day (`hour`, `minute`) that has passed, in UTC.
 *
 * @throws ThalwegError RANGE, TYPE
 */
export function cyclic(period: CyclicPeriod): Cyclic {
  return Object.freeze({ kind: 'cyclic', period: checkOneOf('cyclic', period, periods) });
}
