import { lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parse, stringify } from "yaml";

/** The clone itself. */
export const projectFolder = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** Where `npm run up` keeps state and passphrase of people who have not set up Pulumi. */
export const stateFolder = join(projectFolder, ".state");

/** A stack by its name and its file. */
export interface StackFile {
  readonly stack: string;
  readonly path: string;
}

/**
 * A folder Pulumi can work in: the clone, or for a stack file kept elsewhere one that has this program as its own and
 * the stack file as a link, as Pulumi looks for both side by side.
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

/** Makes a folder with this program's Pulumi.yaml, which leads back to the clone. */
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
