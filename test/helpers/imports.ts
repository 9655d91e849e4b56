import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

/** What each module of a tree imports, types included: paths within the tree, names of packages. */
export type Imports = Readonly<Record<string, readonly string[]>>;

/** Reads the import statements of every module below a folder. */
export function readImports(folder: string): Imports {
  const modules = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  return Object.fromEntries(
    modules.map((module) => {
      const { importedFiles } = ts.preProcessFile(readFileSync(join(folder, module), 'utf8'));
      const named = importedFiles.map(({ fileName }) =>
        fileName.startsWith('.') ? relative(folder, join(folder, dirname(module), fileName)) : fileName,
      );
      return [module, named];
    }),
  );
}

/** Every ring of modules that import each other, each once, beginning with its first module. */
export function cyclesOf(imports: Imports): readonly (readonly string[])[] {
  const cycles: (readonly string[])[] = [];
  const visited = new Set<string>();
  const visit = (module: string, path: readonly string[]): void => {
    const at = path.indexOf(module);
    if (at >= 0) {
      cycles.push(path.slice(at));
      return;
    }
    if (visited.has(module)) return;
    visited.add(module);
    for (const next of imports[module] ?? []) visit(next, [...path, module]);
  };
  for (const module of Object.keys(imports)) visit(module, []);
  return cycles;
}
