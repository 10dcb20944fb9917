/** Finds what files of src export, and which of it another file imports. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import ts from 'typescript';
import { filesOf } from './imports.mjs';

/** Folders whose files may import something of src. */
const users = ['src', 'test', 'bench', 'examples', 'script'];

function filesUnder(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.m?[jt]s$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).split(sep).join('/'));
}

const parse = (file) =>
  ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);

const targetOf = (file, specifier) =>
  posix.join(posix.dirname(file), specifier.text).replace(/\.js$/, '.ts');

const isExported = (statement) =>
  statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;

/** Names that a statement declares. */
function declared(statement) {
  if (!ts.isVariableStatement(statement)) return statement.name ? [statement.name.text] : [];
  return statement.declarationList.declarations.flatMap(({ name }) =>
    ts.isIdentifier(name) ? [name.text] : name.elements.map((element) => element.name.text),
  );
}

/** Names that a file exports, and files whose exports it passes on. */
function exportsOf(file) {
  const names = [];
  const passedOn = [];
  for (const statement of parse(file).statements) {
    if (isExported(statement)) names.push(...declared(statement));
    if (!ts.isExportDeclaration(statement)) continue;
    const { exportClause, moduleSpecifier } = statement;
    if (exportClause === undefined) passedOn.push(targetOf(file, moduleSpecifier));
    else if (ts.isNamedExports(exportClause))
      names.push(...exportClause.elements.map(({ name }) => name.text));
  }
  return { names, passedOn };
}

/** Calls `use` with each file of the package that a file imports from, and a name, or `*` for all. */
function eachImport(file, use) {
  const named = ({ elements }, target) => {
    for (const { name, propertyName } of elements) use(target, (propertyName ?? name).text);
  };
  const look = (node) => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier) {
      const bindings = node.importClause?.namedBindings ?? node.exportClause;
      const target = targetOf(file, node.moduleSpecifier);
      if (bindings?.elements) named(bindings, target);
      else if (bindings) use(target, '*');
    } else if (ts.isImportTypeNode(node)) {
      const { qualifier } = node;
      use(targetOf(file, node.argument.literal), qualifier?.getText().split('.')[0] ?? '*');
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [specifier] = node.arguments;
      if (ts.isStringLiteralLike(specifier)) use(targetOf(file, specifier), '*');
    }
    ts.forEachChild(node, look);
  };
  look(parse(file));
}

/** Each export of src that no other file imports, as `file: name`. */
export function unneededExports() {
  const exported = new Map(filesOf('src').map((file) => [`src/${file}`, exportsOf(`src/${file}`)]));
  const used = new Set(['src/index.ts *']);
  const use = (target, name) => {
    used.add(`${target} ${name}`);
    for (const next of exported.get(target)?.passedOn ?? []) use(next, name);
  };
  for (const file of users.filter(existsSync).flatMap(filesUnder)) eachImport(file, use);
  return [...exported].flatMap(([file, { names }]) =>
    used.has(`${file} *`)
      ? []
      : names.filter((name) => !used.has(`${file} ${name}`)).map((name) => `${file}: ${name}`),
  );
}
