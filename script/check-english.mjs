/**
 * Checks comments, test names and pages against the rules of CONTRIBUTING.md that can be measured.
 *   node script/check-english.mjs [PATH …]   default: the whole repository
 * Each fault is a line on stderr, and any fault makes the exit status 1.
 */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { extname, join, relative } from 'node:path';

/**
 * Generated pages, the history of versions, data, and corpora are not written by hand for readers.
 */
const ignored = ['docs/api', 'CHANGELOG.md', 'test/fixtures'];

const roots = ['native', 'src', 'test', 'script', 'bench', 'examples', 'docs', '.ci'];
const others = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'eslint.config.mjs',
  'vitest.config.mts',
];

/**
 * A sentence has at most so many words, a comment so many lines, and one at a file's head so many.
 */
const limits = { words: 40, lines: 4, headerLines: 12 };

/** "The same seed gives the same bits" is a sentence; "The same in float32" is none. */
const sameAs = String.raw`the same(?=[,.:;]|\s+(?:as|at|but|by|for|from|in|of|on|over|to|where|with|without)\b)`;
const fragment = `(?:of|that of|those of|as|what|whether|${sameAs})`;
const openings = {
  comment: new RegExp(`^(?:${fragment})(?![\\w-])`, 'i'),
  name: new RegExp(`^(?:${fragment}|that|which|whose|who|and|or|but|by)(?![\\w-])`, 'i'),
  sentence: new RegExp(`^(?:of|that of|those of|whether|${sameAs})(?![\\w-])`, 'i'),
};

const slashes = ['.ts', '.mts', '.js', '.mjs', '.cc', '.h', '.cu', '.cuh', '.def'];
const hashes = ['.py', '.sh', '.cmake'];
const directive =
  /^(?:eslint|@ts-|prettier|NOLINT|clang-format|shellcheck|noqa|type:|global |-{4})/;

/** Adjacent comment lines make one comment; a comment behind code is one by itself. */
function commentsOf(text, { whole, behind }) {
  const comments = [];
  let block; // the comment that the next line may continue
  let inside = false; // between the two marks of a block comment
  let header = true; // no code has come yet
  for (const [index, line] of text.replace(/^#!.*/, '').split('\n').entries()) {
    const opens = !inside && /^\s*\/\*/.test(line);
    if (inside || whole.test(line)) {
      if (block === undefined || opens)
        comments.push((block = { line: index + 1, texts: [], header, behindCode: false }));
      block.texts.push(bareOf(line));
      inside = (inside || opens) && !/\*\/\s*$/.test(line);
      if (/\*\/\s*$/.test(line)) block = undefined;
      continue;
    }
    block = undefined;
    header &&= line.trim() === '';
    const [, said] = behind.exec(line.replace(/(['"`])(?:\\.|(?!\1)[^\\])*\1/g, '$1$1')) ?? [];
    if (said !== undefined)
      comments.push({ line: index + 1, texts: [said], header: false, behindCode: true });
  }
  return comments.filter(({ texts }) => !directive.test(texts.join(' ').trim()));
}
const bareOf = (line) =>
  line.replace(/^\s*(?:\/\*+|\*\/|\*|\/\/+|#+!?)?\s?/, '').replace(/\s*\*\/\s*$/, '');
const marks = {
  slashes: { whole: /^\s*(?:\/\/|\/\*)/, behind: /\S\s+\/\/ (.*)$/ },
  hashes: { whole: /^\s*#/, behind: /\S\s+# (.*)$/ },
};

/**
 * Splits a text into sentences. Code counts as one word, and links in a row as one sentence each.
 */
function sentencesOf(text) {
  return text
    .replace(/`[^`]*`/g, (code) => (code.length > 20 ? '`code`' : code.replace(/[.?!]/g, '_')))
    .split(/(?<=[.?!][)*_"”]*)\s+|(?<=:)\s+(?=[A-Z0-9`])|\s·\s/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');
}

/** The index behind the bracket that closes the one at `from`. */
function closing(text, from) {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    if (text[i] === '(') depth++;
    if (text[i] === ')' && --depth === 0) return i + 1;
  }
  return text.length;
}

/** Names of tests, with their lines. */
function testNamesOf(text) {
  const names = [];
  for (const match of text.matchAll(/^\s*(?:describe|it|test)\b((?:\.\w+)*)/gm)) {
    let at = match.index + match[0].length;
    if (/\.(?:each|for|skipIf|runIf)$/.test(match[1])) at = closing(text, at);
    const [whole, , name] = /^\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/.exec(text.slice(at)) ?? [];
    const line = text.slice(0, at).split('\n').length;
    if (whole !== undefined) names.push({ line, name });
  }
  return names;
}

/** Paragraphs and list items of a page, without code, tables and headings. */
function paragraphsOf(text) {
  const bare = text
    .replace(/^(```+)[^]*?^\1$/gm, (code) => code.replace(/[^\n]/g, ''))
    .replace(/<!--[^]*?-->/g, (comment) => comment.replace(/[^\n]/g, ''));
  const paragraphs = [];
  let current = null;
  for (const [index, line] of bare.split('\n').entries()) {
    const isText = line.trim() !== '' && !/^(?:#|\s*\||<|!\[)/.test(line);
    if (!isText || /^\s*(?:[-*]|\d+\.) /.test(line)) current = null;
    if (!isText) continue;
    if (current === null) paragraphs.push((current = { line: index + 1, text: '' }));
    current.text += ` ${line.replace(/^\s*(?:[-*]|\d+\.) /, '').trim()}`;
  }
  return paragraphs.map(({ line, text: said }) => ({
    line,
    text: said.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').trim(),
  }));
}

const quoted = (text) => `"${text.length > 70 ? `${text.slice(0, 67)}…` : text}"`;

function faultsOfComment({ texts, header, behindCode }, isPublic) {
  const faults = [];
  const [first = ''] = sentencesOf(texts.join(' ').replace(/\s+/g, ' '));
  if (openings.comment.test(first))
    faults.push(`a comment begins with a fragment: ${quoted(first)}`);
  // An indented line, a tag, a list item or an empty line begins another paragraph.
  const paragraphs = texts.join('\n').split(/\n(?=\s{2,}|\s*\n|@|- )/);
  for (const sentence of paragraphs.flatMap((part) => sentencesOf(part.replace(/\s+/g, ' '))))
    faults.push(...faultsOfLength(sentence));
  const lines = texts.filter((text) => text.trim() !== '').length;
  if (!isPublic && !behindCode && lines > (header ? limits.headerLines : limits.lines))
    faults.push(`a comment of ${lines} lines: ${quoted(first)}`);
  return faults;
}

function faultsOfLength(sentence) {
  const words = sentence.split(/\s+/).filter((word) => /\w/.test(word)).length;
  return words > limits.words ? [`a sentence of ${words} words: ${quoted(sentence)}`] : [];
}

function faultsOfPage(text) {
  return paragraphsOf(text).flatMap(({ line, text: paragraph }) =>
    sentencesOf(paragraph).flatMap((sentence) => {
      const faults = faultsOfLength(sentence);
      if (openings.sentence.test(sentence))
        faults.push(`a sentence begins with a fragment: ${quoted(sentence)}`);
      return faults.map((fault) => ({ line, fault }));
    }),
  );
}

function faultsOfFile(file) {
  const text = readFileSync(file, 'utf8');
  const ending = extname(file);
  if (ending === '.md') return faultsOfPage(text);
  const isShell = hashes.includes(ending) || (ending === '' && text.startsWith('#!'));
  if (!isShell && !slashes.includes(ending)) return [];
  const faults = commentsOf(text, isShell ? marks.hashes : marks.slashes).flatMap((comment) =>
    faultsOfComment(comment, file.startsWith('src/')).map((fault) => ({
      line: comment.line,
      fault,
    })),
  );
  if (!/\.test\.m?ts$/.test(file)) return faults;
  const names = testNamesOf(text).filter(({ name }) => openings.name.test(name));
  return [
    ...faults,
    ...names.map(({ line, name }) => ({
      line,
      fault: `a test's name is a fragment: ${quoted(name)}`,
    })),
  ];
}

const isBelow = (path, folder) => path === folder || path.startsWith(`${folder}/`);

function filesOf(path) {
  if (ignored.some((folder) => isBelow(path, folder))) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesOf(join(path, name)));
}

const asked = process.argv.slice(2).map((path) => relative('.', path) || '.');
const missing = asked.filter((path) => !existsSync(path));
for (const path of missing) console.error(`${path}: there is no such file or folder`);
const files = (asked.length > 0 ? asked : [...roots, ...others])
  .filter((path) => existsSync(path))
  .flatMap(filesOf);
const faults = files.flatMap((file) => faultsOfFile(file).map((fault) => ({ file, ...fault })));
for (const { file, line, fault } of faults) console.error(`${file}:${line}: ${fault}`);
process.exit(faults.length + missing.length === 0 ? 0 : 1);
