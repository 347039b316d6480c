import type { SshHostSettings } from "../stack-file.ts";

/**
 * A machine scripts run on. Its name is its identity in every resource name; a new address of the same machine is an
 * update, a new machine needs a new name.
 */
export type Host = SshHost | LocalHost;

export interface SshHost extends SshHostSettings {
  readonly kind: "ssh";
}

/** The machine Pulumi itself runs on. Scripts run as the user who runs it, without root. */
export interface LocalHost {
  readonly kind: "local";
  readonly name: string;
  /** Where scripts keep their undo steps and what they replaced; `~/` stands for the user's own folder. */
  readonly stateDir: string;
}

export function sshHost(settings: SshHostSettings): SshHost {
  return { kind: "ssh", ...settings };
}

/**
 * The folder is the user's, not the project's, and the same for every stack: names of containers are the same in every
 * stack too, so one user's machine serves one, and a second is told so by the first's marker.
 */
export function localHost(name: string): LocalHost {
  return { kind: "local", name, stateDir: "~/.local/state/rancher-stack" };
}

/** First line of every script on the host: the connection itself previews as `[secret]`. */
export function hostLine(host: Host): string {
  switch (host.kind) {
    case "ssh":
      return `# host ${host.name} ${host.address} as ${host.user}`;
    case "local":
      return `# host ${host.name}, this machine`;
  }
}

/** The folder `stateFolder` gives for every host reached over SSH. */
export const sshStateFolder = "/var/lib/rancher-stack";

/** Folder on the host for what `destroy` needs: undo steps, kept originals, the marker of the machine. */
export function stateFolder(host: Host): string {
  return host.kind === "local" ? host.stateDir : sshStateFolder;
}

/** A host key's type and body, as `ssh` is told it: a comment may hold what it takes for its own. */
export function withoutComment(hostKey: string): string {
  return hostKey.trim().split(/\s+/).slice(0, 2).join(" ");
}
