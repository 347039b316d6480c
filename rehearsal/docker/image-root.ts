import { chmod, copyFile, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { mustRun, runCommand } from "../sandbox/command.ts";
import { machinePath } from "../sandbox/gated-process.ts";

/** A file to add to an image. */
export interface ImageFile {
  readonly content: string | Buffer;
  readonly mode: number;
}

export interface ImageRootOptions {
  /** An empty folder to build the root in. */
  readonly folder: string;
  /** Programs of this machine by name (`bash`) or path, each copied with its libraries. */
  readonly programs: readonly string[];
  /** By absolute path in the image. */
  readonly files: Readonly<Record<string, ImageFile>>;
  /** Further folders, by absolute path. */
  readonly folders?: readonly string[];
}

/**
 * Builds the root of an image as a tar file from programs of this machine, without a registry or a download. The same
 * files give the same bytes.
 *
 * @throws an error that names a program missing on this machine
 */
export async function imageRoot({ folder, programs, files, folders = [] }: ImageRootOptions): Promise<Buffer> {
  const root = join(folder, "root");
  for (const part of ["bin", "lib", "lib64", "sbin"]) {
    await mkdir(join(root, "usr", part), { recursive: true });
    await symlink(`usr/${part}`, join(root, part));
  }
  for (const path of ["/dev", "/etc", "/proc", "/root", "/sys", "/tmp", "/var/tmp", ...folders]) {
    await mkdir(join(root, path), { recursive: true });
  }
  for (const path of ["/tmp", "/var/tmp"]) await chmod(join(root, path), 0o1777);
  const paths = await Promise.all(programs.map((program) => (program.startsWith("/") ? program : find(program))));
  for (const path of paths) await place(path, join(root, "usr/bin", basename(path)));
  for (const library of await librariesOf(paths)) await place(library, join(root, library));
  for (const [path, { content, mode }] of Object.entries(files)) {
    await mkdir(join(root, dirname(path)), { recursive: true });
    await writeFile(join(root, path), content);
    await chmod(join(root, path), mode);
  }
  const tar = join(folder, "root.tar");
  const owners = ["--owner=0", "--group=0", "--numeric-owner"];
  await mustRun([
    "tar",
    "--sort=name",
    "--mtime=@0",
    ...owners,
    "-C",
    root,
    "-cf",
    tar,
    ...(await readdir(root)).sort(),
  ]);
  return readFile(tar);
}

async function find(program: string): Promise<string> {
  for (const folder of machinePath.split(":")) {
    const path = join(folder, program);
    if ((await stat(path).catch(() => undefined))?.isFile()) return path;
  }
  throw new Error(
    `this machine has no ${program}, which an image of the rehearsal needs. Install it: apt-get install ${program}`,
  );
}

/** The libraries of a program; none for scripts and static programs. */
async function librariesOf(programs: readonly string[]): Promise<Set<string>> {
  const { stdout } = await runCommand(["ldd", ...programs]);
  return new Set(stdout.split("\n").flatMap((line) => /(?:=>\s*|^\s*)(\/\S+) \(0x/.exec(line)?.[1] ?? []));
}

/** Copies the target of a symbolic link, under the link's name. */
async function place(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
  await chmod(to, 0o755);
}
