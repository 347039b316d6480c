import * as pulumi from "@pulumi/pulumi";
import { renderBaseCreate, renderBaseDelete, renderBaseUpdate } from "./base-script.ts";
import type { SshCredentials } from "./connection.ts";
import type { Host } from "./host.ts";
import { shellLibrary } from "./shell/link.ts";
import type { HostScriptArgs } from "./host-script.ts";
import { HostScript } from "./host-script.ts";

export interface ManagedHostArgs {
  readonly host: Host;
  readonly credentials: SshCredentials;
}

/**
 * A machine that this stack manages. First it is marked and gets the library of functions; the remaining undo steps run
 * last.
 *
 * Over SSH, expects Linux with a POSIX shell, util-linux and coreutils, and a user who may become root without a
 * password. On this machine, expects the standard tools of macOS or Linux, and no root.
 */
export class ManagedHost extends pulumi.ComponentResource {
  readonly #args: ManagedHostArgs;
  readonly #base: HostScript;

  constructor(name: string, args: ManagedHostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rancher:host:ManagedHost", name, {}, opts);
    this.#args = args;
    const stack = `${pulumi.getProject()}/${pulumi.getStack()}`;
    const marker = { hostName: args.host.name, kind: args.host.kind, stack };
    this.#base = new HostScript(
      `${name}-base`,
      {
        ...args,
        script: "base",
        title: "marks the machine as this host, and runs the remaining undo steps on destroy",
        create: renderBaseCreate(marker),
        update: renderBaseUpdate(marker),
        delete: renderBaseDelete(marker),
        input: shellLibrary().text,
        secretOutput: false,
        timeoutSeconds: 600,
      },
      { parent: this },
    );
    this.registerOutputs({});
  }

  /** Runs another script on the machine, after it is marked. The resource is `<host>-<script>`. */
  run(
    args: Omit<HostScriptArgs, "host" | "credentials">,
    opts: { parent: pulumi.Resource; dependsOn?: pulumi.Resource[] },
  ): HostScript {
    return new HostScript(
      `${this.#args.host.name}-${args.script}`,
      { ...this.#args, ...args },
      { parent: opts.parent, dependsOn: [this.#base, ...(opts.dependsOn ?? [])] },
    );
  }
}
