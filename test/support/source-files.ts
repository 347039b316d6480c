import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** A module of the project, by its path from the clone's root, and what it imports. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

export interface Import {
  /** Path from the clone's root for a module of the project, else the package's specifier. */
  readonly target: string;
  /** Erased before anything runs. */
  readonly typeOnly: boolean;
}

/** Every TypeScript module of these files and folders, from the clone's root. */
export function sourceFiles(...paths: readonly string[]): SourceFile[] {
  return paths.flatMap((path) => {
    const full = join(root, path);
    if (!existsSync(full)) throw new Error(`there is no ${path}`);
    return statSync(full).isDirectory() ? filesIn(full).map(readSource) : [readSource(full)];
  });
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name));
}

function readSource(file: string): SourceFile {
  const text = readFileSync(file, "utf8");
  const { statements } = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  const imports = statements.flatMap((statement): Import[] => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    if (!statement.moduleSpecifier || !ts.isStringLiteral(statement.moduleSpecifier)) return [];
    const target = targetOf(statement.moduleSpecifier.text, file);
    const typeOnly = ts.isImportDeclaration(statement)
      ? statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
      : statement.isTypeOnly;
    return [{ target, typeOnly }];
  });
  const late = [...text.matchAll(/\bimport\("([^"]+)"\)/g)].map(([, specifier = ""]): Import => ({
    target: targetOf(specifier, file),
    typeOnly: false,
  }));
  return { path: relative(root, file), text, imports: [...imports, ...late] };
}

function targetOf(specifier: string, file: string): string {
  return specifier.startsWith(".") ? relative(root, join(dirname(file), specifier)) : specifier;
}
