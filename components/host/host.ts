import type { SshHostSettings } from "../stack-file/settings.ts";

/**
 * A machine that scripts run on. Its name identifies it in every resource name: a new address is an update of the same
 * machine, and a new machine needs a new name.
 */
export type Host = SshHost | LocalHost;

export interface SshHost extends SshHostSettings {
  readonly kind: "ssh";
}

/** The machine Pulumi itself runs on. Scripts run as the user who runs it, without root. */
export interface LocalHost {
  readonly kind: "local";
  readonly name: string;
  /** Folder for undo steps and the files that scripts replaced; `~/` is the user's home folder. */
  readonly stateDir: string;
}

export function sshHost(settings: SshHostSettings): SshHost {
  return { kind: "ssh", ...settings };
}

/**
 * The machine Pulumi runs on. Its state folder belongs to the user, not to the project, and is the same for every
 * stack. Container names are the same in every stack too, so the machine serves one stack of a user. The marker of the
 * first stack makes a second one fail.
 */
export function localHost(name: string): LocalHost {
  return { kind: "local", name, stateDir: "~/.local/state/rancher-stack" };
}

/** First line of every script on the host, because a preview shows the connection as `[secret]`. */
export function hostLine(host: Host): string {
  switch (host.kind) {
    case "ssh":
      return `# host ${host.name} ${host.address} as ${host.user}`;
    case "local":
      return `# host ${host.name}, this machine`;
  }
}

/** The state folder of every host reached over SSH. */
export const sshStateFolder = "/var/lib/rancher-stack";

/** Folder on the host for what `destroy` needs: undo steps, kept originals and the machine's marker. */
export function stateFolder(host: Host): string {
  return host.kind === "local" ? host.stateDir : sshStateFolder;
}

/** A host key's type and body, without the comment, which may contain text that `ssh` interprets. */
export function withoutComment(hostKey: string): string {
  return hostKey.trim().split(/\s+/).slice(0, 2).join(" ");
}
