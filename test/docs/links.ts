/** Finds the links of a page that lead nowhere. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Returns a page without its code, where nothing is a link or a heading. */
const prose = (page: string): string => readFileSync(page, 'utf8').replace(/^```[^]*?^```$/gm, '');

/** Makes the anchor that GitHub gives to a heading. */
const slug = (heading: string): string =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/\\(?=[^\w\s])/g, '')
    .replace(/[^\p{Letter}\p{Number}\p{Mark}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');

/**
 * Returns all anchors of a page: its own, and those of its headings, where equal ones are counted.
 */
function anchorsOf(page: string): Set<string> {
  const text = prose(page);
  const anchors = new Set([...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id]) => id!));
  const counts = new Map<string, number>();
  for (const [, heading] of text.matchAll(/^#{1,6} (.+)$/gm)) {
    const anchor = slug(heading!);
    const count = counts.get(anchor) ?? 0;
    anchors.add(count === 0 ? anchor : `${anchor}-${count}`);
    counts.set(anchor, count + 1);
  }
  return anchors;
}

/** Returns the fault of a link's target, or undefined where it exists or lies outside. */
function faultOf(page: string, target: string): string | undefined {
  if (/^[a-z]+:/.test(target)) return undefined;
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : join(dirname(page), path);
  if (!existsSync(file)) return 'there is no such file';
  if (anchor === undefined || anchorsOf(file).has(anchor)) return undefined;
  return 'there is no such heading';
}

/** Returns every link of a page that leads nowhere, and why. */
export function brokenLinks(page: string): string[] {
  const text = prose(page).replace(/`[^`\n]*`/g, '');
  const targets = [
    ...[...text.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)].map(([, target]) => target!),
    ...[...text.matchAll(/<(?:img|a)\b[^>]*\b(?:src|href)="([^"]+)"/g)].map(
      ([, target]) => target!,
    ),
  ];
  return targets.flatMap((target) => {
    const fault = faultOf(page, target);
    return fault === undefined ? [] : [`${page}: ${target}: ${fault}`];
  });
}
