/** Counts the branches of JavaScript while it runs, in an array that libFuzzer reads. */
import { readFileSync } from 'node:fs';
import Module from 'node:module';
import ts from 'typescript';

const name = '__branches';

/** A file and its first branch. */
export interface Instrumented {
  readonly code: string;
  readonly branches: number;
}

/**
 * Returns the code with a count at each function, arm, loop, case, and right side of `&&`, `||` and
 * `??`.
 */
export function instrument(code: string, first: number): Instrumented {
  let next = first;
  const { factory } = ts;
  const count = (): ts.Expression =>
    factory.createPostfixIncrement(
      factory.createElementAccessExpression(factory.createIdentifier(name), next++),
    );
  const statement = (): ts.Statement => factory.createExpressionStatement(count());
  const counted = (expression: ts.Expression): ts.Expression =>
    factory.createParenthesizedExpression(factory.createComma(count(), expression));
  const block = (body: ts.Statement): ts.Block =>
    factory.createBlock([statement(), ...(ts.isBlock(body) ? body.statements : [body])], true);
  const transform: ts.TransformerFactory<ts.SourceFile> = (context) => (source) => {
    const visit = (given: ts.Node): ts.Node => {
      const node = ts.visitEachChild(given, visit, context);
      if (ts.isIfStatement(node))
        return factory.updateIfStatement(
          node,
          node.expression,
          block(node.thenStatement),
          block(node.elseStatement ?? factory.createBlock([])),
        );
      if (ts.isConditionalExpression(node))
        return factory.updateConditionalExpression(
          node,
          node.condition,
          node.questionToken,
          counted(node.whenTrue),
          node.colonToken,
          counted(node.whenFalse),
        );
      if (ts.isBinaryExpression(node) && isShortcut(node.operatorToken.kind))
        return factory.updateBinaryExpression(
          node,
          node.left,
          node.operatorToken,
          counted(node.right),
        );
      if (ts.isCaseClause(node))
        return factory.updateCaseClause(node, node.expression, [statement(), ...node.statements]);
      if (ts.isForStatement(node))
        return factory.updateForStatement(
          node,
          node.initializer,
          node.condition,
          node.incrementor,
          block(node.statement),
        );
      if (ts.isForOfStatement(node))
        return factory.updateForOfStatement(
          node,
          node.awaitModifier,
          node.initializer,
          node.expression,
          block(node.statement),
        );
      if (ts.isCatchClause(node))
        return factory.updateCatchClause(node, node.variableDeclaration, block(node.block));
      if (ts.isFunctionDeclaration(node) && node.body)
        return factory.updateFunctionDeclaration(
          node,
          node.modifiers,
          node.asteriskToken,
          node.name,
          node.typeParameters,
          node.parameters,
          node.type,
          block(node.body),
        );
      if (ts.isArrowFunction(node) && !ts.isBlock(node.body))
        return factory.updateArrowFunction(
          node,
          node.modifiers,
          node.typeParameters,
          node.parameters,
          node.type,
          node.equalsGreaterThanToken,
          counted(node.body),
        );
      return node;
    };
    return ts.visitNode(source, visit, ts.isSourceFile);
  };
  const source = ts.createSourceFile('file.js', code, ts.ScriptTarget.ES2022, true);
  const { transformed } = ts.transform(source, [transform]);
  return { code: ts.createPrinter().printFile(transformed[0]!), branches: next - first };
}

const shortcuts = new Set([
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.QuestionQuestionToken,
]);

function isShortcut(kind: ts.SyntaxKind): boolean {
  return shortcuts.has(kind);
}

type Loader = (module: NodeJS.Module, file: string) => void;

/** A library has fewer branches than this. */
const most = 1 << 16;

/**
 * Counts, from now on, in each file below `folder` that is loaded; `used` returns the array so far.
 */
export function instrumentFolder(folder: string): { readonly used: () => Uint8Array } {
  const counters = new Uint8Array(most);
  let branches = 0;
  (globalThis as Record<string, unknown>)[name] = counters;
  const loaders = (Module as unknown as { _extensions: Record<string, Loader> })._extensions;
  const plain = loaders['.js']!;
  loaders['.js'] = (module, file) => {
    if (!file.startsWith(folder)) {
      plain(module, file);
      return;
    }
    const made = instrument(readFileSync(file, 'utf8'), branches);
    branches += made.branches;
    (module as unknown as { _compile(code: string, file: string): void })._compile(made.code, file);
  };
  return { used: () => counters.subarray(0, branches) };
}
