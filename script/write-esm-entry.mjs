/**
 * Writes dist/index.mjs and dist/index.d.mts: the ES module entry re-exports the CommonJS one, so
 * that a process which uses both still has one instance of every class.
 */
import { writeFileSync } from 'node:fs';
import ts from 'typescript';

/** The names that a module exports as values; types need no code. */
function valueExports(file) {
  const program = ts.createProgram([file], {
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    types: [],
    noLib: true,
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const module = checker.getSymbolAtLocation(source);
  return checker
    .getExportsOfModule(module)
    .filter((symbol) => {
      const aliased =
        symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      return (aliased.flags & ts.SymbolFlags.Value) !== 0 && !isTypeOnly(symbol);
    })
    .map((symbol) => symbol.name)
    .sort();
}

function isTypeOnly(symbol) {
  return (symbol.declarations ?? []).some((declaration) =>
    ts.isTypeOnlyImportOrExportDeclaration(declaration),
  );
}

const names = valueExports('src/index.ts');
const lines = names.map((name) => `export const ${name} = thalweg.${name};`);
writeFileSync('dist/index.mjs', `import thalweg from './index.js';\n\n${lines.join('\n')}\n`);
writeFileSync('dist/index.d.mts', `export * from './index.js';\n`);
