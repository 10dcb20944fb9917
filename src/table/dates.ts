/** Reads dates in the form of ISO 8601. A time without a zone is UTC, whatever the zone of the machine. */

const form =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:(Z)|([+-])(\d\d):?(\d\d))?)?$/;

/** The zone that is furthest from UTC, in minutes. */
const furthestZone = 14 * 60 + 59;

/** Returns the milliseconds of a zone such as +05:30; NaN for one beyond 14:59, or minutes beyond 59. */
function zoneOffset(sign: string | undefined, hours: string, minutes: string): number {
  const size = Number(hours) * 60 + Number(minutes);
  if (Number(minutes) > 59 || size > furthestZone) return NaN;
  return (sign === '-' ? -size : size) * 60_000;
}

/**
 * Returns the milliseconds since 1970 (UTC) of `2026-11-29`, `2026-11-29 12:30` or
 * `2026-11-29T12:30:00.5+01:00`; NaN for another text, or a day that does not exist.
 */
export function parseDate(text: string): number {
  const parts = form.exec(text);
  if (parts === null) return NaN;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '0'] = parts;
  const [, , , , , , , , , sign, zoneHours = '0', zoneMinutes = '0'] = parts;
  const numbers = [year, month, day, hour, minute, second].map(Number);
  const date = new Date(0);
  date.setUTCFullYear(numbers[0]!, numbers[1]! - 1, numbers[2]);
  date.setUTCHours(numbers[3]!, numbers[4], numbers[5]);
  const back = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
  back.push(date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds());
  if (back.some((part, i) => part !== numbers[i])) return NaN; // such as February 30
  const milliseconds = Math.floor(Number(`0.${fraction}`) * 1000);
  return date.getTime() + milliseconds - zoneOffset(sign, zoneHours, zoneMinutes);
}
