import { lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parse, stringify } from "yaml";

/** The clone itself. */
export const projectFolder = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** Where `npm run up` keeps state and passphrase if the user has no own Pulumi backend. */
export const stateFolder = join(projectFolder, ".state");

/** A stack's name and file. */
export interface StackFile {
  readonly stack: string;
  readonly path: string;
}

/**
 * A working folder for Pulumi: the clone, or for a stack file outside it a folder with a Pulumi.yaml for this program
 * and a link to the stack file, because Pulumi expects both in one folder.
 */
export function workFolder({ stack, path }: StackFile): string {
  const name = `Pulumi.${stack}.yaml`;
  if (resolve(path) === join(projectFolder, name)) return projectFolder;
  const folder = join(stateFolder, "elsewhere", stack);
  makeWorkFolder(folder);
  const link = join(folder, name);
  if (lstatSync(link, { throwIfNoEntry: false })) rmSync(link);
  symlinkSync(resolve(path), link);
  return folder;
}

/** Creates a folder with a Pulumi.yaml that points to the clone. */
export function makeWorkFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const project = parse(readFileSync(join(projectFolder, "Pulumi.yaml"), "utf8")) as {
    main: string;
    runtime: { options: { nodeargs: string } };
  };
  const { options } = project.runtime;
  const nodeargs = options.nodeargs.replace("./", `${pathToFileURL(projectFolder).href}/`);
  const runtime = { ...project.runtime, options: { ...options, nodeargs } };
  const main = join(projectFolder, project.main);
  writeFileSync(join(folder, "Pulumi.yaml"), stringify({ ...project, runtime, main }));
}
