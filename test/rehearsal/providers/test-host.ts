import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as command from "@pulumi/command";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { startSshd, type SshServer } from "./ssh-server.ts";

/** A host to run commands on, and a file, new for each test, in which they record that they ran. */
export interface TestHost {
  server(): SshServer;
  folder(): string;
  notes(): string;
  /** The lines recorded so far. */
  noted(): Promise<string[]>;
  connection(changed?: Partial<command.types.input.remote.ConnectionArgs>): command.types.input.remote.ConnectionArgs;
  /** A program with one remote command named `script`. */
  remote(args: Partial<command.remote.CommandArgs>): () => Promise<Record<string, pulumi.Output<string>>>;
}

/** Starts the host before a suite's tests and stops it after them. */
export function useHost(sshdRoot: string): TestHost {
  let server: SshServer;
  let folder: string;
  let notes: string;
  let count = 0;
  beforeAll(async () => {
    server = await startSshd(sshdRoot, ["AcceptEnv GREETING"]);
    folder = await mkdtemp(join(tmpdir(), "command-conformance-"));
  });
  afterAll(async () => {
    await server?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    notes = join(folder, `notes-${++count}`);
  });
  const connection: TestHost["connection"] = (changed = {}) => ({
    host: "127.0.0.1",
    port: server.port,
    user: server.user,
    privateKey: pulumi.secret(server.privateKey),
    hostKey: server.hostKey,
    dialErrorLimit: 1,
    ...changed,
  });
  return {
    server: () => server,
    folder: () => folder,
    notes: () => notes,
    noted: async () => (existsSync(notes) ? (await readFile(notes, "utf8")).trim().split("\n") : []),
    connection,
    remote: (args) => async () => {
      const common = { connection: connection(), addPreviousOutputInEnv: false };
      const made = new command.remote.Command("script", { ...common, ...args });
      return { stdout: made.stdout, stderr: made.stderr };
    },
  };
}
