import { dirname, join, resolve } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";
import { projectFolder } from "../../operations/stack/work-folder.ts";
import { codeBlocks, page } from "./pages.ts";

/** Examples whose first line is a comment with their path. */
const examples = new Map(
  codeBlocks(page("docs/contributing.md"), "ts").flatMap((block) => {
    const [, path] = /^\/\/ (\S+\.ts)$/m.exec(block) ?? [];
    return path === undefined ? [] : [[join(projectFolder, path), block] as const];
  }),
);

it("the examples of docs/contributing.md compile at the paths they name", () => {
  const { config } = ts.readConfigFile(join(projectFolder, "tsconfig.json"), ts.sys.readFile) as { config: object };
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [], include: [] }, ts.sys, projectFolder);
  const host = ts.createCompilerHost(options);
  const { fileExists, directoryExists = () => true, readFile, getSourceFile } = host;
  const folders = new Set([...examples.keys()].map((path) => dirname(path)));
  const example = (path: string) => examples.get(resolve(path));
  host.fileExists = (path) => example(path) !== undefined || fileExists(path);
  host.directoryExists = (path) => folders.has(resolve(path)) || directoryExists(path);
  host.readFile = (path) => example(path) ?? readFile(path);
  host.getSourceFile = (path, language, ...rest) => {
    const text = example(path);
    return text === undefined ? getSourceFile(path, language, ...rest) : ts.createSourceFile(path, text, language);
  };

  const program = ts.createProgram([...examples.keys()], options, host);
  const faults = [...examples.keys()].flatMap((path) => {
    const file = program.getSourceFile(path);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  });

  expect(folders.size, "examples of a host, of the cluster and of a test").toBe(3);
  expect(faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"))).toEqual([]);
}, 120_000);
