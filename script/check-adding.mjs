/**
 * Checks that every file and folder that docs/adding.md names in backticks exists. A path starts at the
 * repository or at native/, or lies in a folder that the same paragraph or list item has named. NAME in a
 * path stands for any name, so one file of this kind must exist. `.cc` behind a path is the same file with
 * this ending.
 * Each fault is a line on stderr, and any fault makes the exit status 1.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

const page = 'docs/adding.md';
const endings = /\.(?:h|cc|cu|cuh|def|ts|mjs|md|txt|py|json)$/;

const isPath = (text) =>
  /^[\w.-]+(?:\/[\w.-]+)*\/?$/.test(text) && (text.includes('/') || endings.test(text));

/** Paragraphs, list items and rows of tables, with the line where each begins. */
function partsOf(text) {
  const parts = [];
  let current = null;
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '' || /^\s*(?:[-*|#]|\d+\.)/.test(line)) current = null;
    if (line.trim() === '') continue;
    if (current === null) parts.push((current = { line: index + 1, text: '' }));
    current.text += `${line}\n`;
  }
  return parts;
}

/** Returns true where a file or folder has this path, in which NAME stands for any name. */
function exists(path) {
  const name = path.split('/').find((part) => part.includes('NAME'));
  if (name === undefined) return existsSync(path);
  const at = path.indexOf(name);
  const folder = path.slice(0, at) || '.';
  const rest = path.slice(at + name.length);
  const escaped = name.split('NAME').map((part) => part.replaceAll('.', String.raw`\.`));
  const pattern = new RegExp(`^${escaped.join('[a-z][\\w-]*')}$`);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.some((each) => pattern.test(each) && existsSync(folder + each + rest));
}

function faultsOf({ line, text }) {
  const codes = [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code);
  let before = '';
  const paths = codes.flatMap((code) => {
    const path = /^\.\w+$/.test(code) ? before.replace(/\.\w+$/, code) : code;
    if (!isPath(path)) return [];
    before = path;
    return [path];
  });
  const folders = paths.map((path) => (endings.test(path) ? dirname(path) : path));
  return paths
    .filter((path) => !['', 'native', ...folders].some((folder) => exists(join(folder, path))))
    .map((path) => `${page}:${line}: there is no ${path}`);
}

const faults = partsOf(readFileSync(page, 'utf8')).flatMap(faultsOf);
for (const fault of faults) console.error(fault);
process.exit(faults.length === 0 ? 0 : 1);
