import { localHost, sshHost, type Host } from "../../components/host/host.ts";
import { describeProblems } from "../../components/program/problem.ts";
import { readSettings } from "../../components/stack-file/stack-file.ts";
import type { SingleNodeSettings } from "../../components/stack-file/settings.ts";
import { UserError } from "../user-error.ts";
import type { Engine } from "../engine/engine.ts";
import type { HostKeys } from "../host-access/run-on-host.ts";
import { readStackYaml } from "../stack/stack-yaml.ts";
import type { StackFile } from "../stack/work-folder.ts";
import { shownPath } from "../stack/shown-path.ts";

/** A stack of mode `single-node`. */
export interface SingleNodeStack {
  readonly stackFile: StackFile;
  readonly settings: SingleNodeSettings;
  readonly host: Host;
  /** Secret keys in the stack file. */
  readonly sealed: readonly string[];
}

/** @throws UserError with all problems of the file, or if its mode is another one */
export function readSingleNode(stackFile: StackFile): SingleNodeStack {
  const source = readStackYaml(stackFile.path, new Date());
  const otherMode =
    `${shownPath(stackFile.path)} does not have rancher:mode single-node, and this command is only for Rancher in Docker. For Rancher ` +
    `on a cluster, use rancher-backup to back up and restore, and npm run pulumi -- destroy to uninstall.`;
  // Checked before problems of this mode's keys.
  if (source.values["mode"] !== "single-node") throw new UserError(otherMode);
  const read = readSettings(source);
  if ("problems" in read) throw new UserError(describeProblems(read.problems));
  const { settings } = read;
  if (settings.mode !== "single-node") throw new UserError(otherMode);
  return { stackFile, settings, host: dockerHost(settings), sealed: source.sealed ?? [] };
}

function dockerHost({ docker: { host } }: SingleNodeSettings): Host {
  return host.kind === "local" ? localHost("local") : sshHost(host);
}

/** The Docker host in a message: `this machine`, `host rancher-1`. */
export function machineOf({ kind, name }: Host): string {
  return kind === "local" ? "this machine" : `host ${name}`;
}

/** SSH keys of the Docker host, decrypted by Pulumi. */
export async function hostKeys(engine: Engine, { stackFile, host, sealed }: SingleNodeStack): Promise<HostKeys> {
  if (host.kind === "local") return {};
  const secret = async (name: string) =>
    sealed.includes(name)
      ? (await engine.capture(["config", "get", `rancher:${name}`, "--stack", stackFile.stack])).replace(/\n$/, "")
      : undefined;
  const [privateKey, privateKeyPassword] = [await secret("sshPrivateKey"), await secret("sshPrivateKeyPassword")];
  return {
    ...(privateKey !== undefined && { privateKey }),
    ...(privateKeyPassword !== undefined && { privateKeyPassword }),
  };
}
