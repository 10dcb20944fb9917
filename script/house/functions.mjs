/** How long functions are, in lines from the first to the last of their body's braces. */
import { readFileSync } from 'node:fs';
import ts from 'typescript';

const linesOf = (text) => text.split('\n').length;

function ofTypeScript(file) {
  const source = ts.createSourceFile(
    file,
    readFileSync(file, 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const lengths = [];
  const look = (node) => {
    if (ts.isFunctionLike(node) && node.body) lengths.push(linesOf(node.getText()));
    ts.forEachChild(node, look);
  };
  look(source);
  return lengths;
}

/** Comments, texts and directives of C++, which may hold braces. */
const noCode =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])'|^[ \t]*#(?:\\\n|[^\n])*/gm;

/** Matches what stands before the brace of a function's body: parameters, and what may follow them. */
const beforeBody = /\)\s*(?:(?:const|noexcept|override|final|mutable|->[^;{}]*|:[^;{}]*)\s*)*$/;
const beforeBlock = /\b(?:if|for|while|switch|catch)\s*(?:constexpr\s*)?\([^{}]*$/;

/** Bodies by their braces; blocks and lambdas within a body count as part of it. */
function ofCpp(file) {
  const code = readFileSync(file, 'utf8').replace(noCode, (text) => text.replace(/[^\n]/g, ' '));
  const lengths = [];
  let [depth, begin, within] = [0, 0, 0];
  for (let at = 0; at < code.length; at++) {
    if (code[at] === '{') {
      depth++;
      if (within > 0) continue;
      const from = Math.max(...[';', '{', '}'].map((mark) => code.lastIndexOf(mark, at - 1))) + 1;
      const before = code.slice(from, at);
      if (beforeBody.test(before) && !beforeBlock.test(before))
        [within, begin] = [depth, from + before.search(/\S/)];
    } else if (code[at] === '}') {
      if (depth === within) {
        lengths.push(linesOf(code.slice(begin, at)));
        within = 0;
      }
      depth--;
    }
  }
  return lengths;
}

/** Lines of each function of a file; of C++ as far as braces tell. */
export function functionLengths(file) {
  return file.endsWith('.ts') ? ofTypeScript(file) : ofCpp(file);
}
