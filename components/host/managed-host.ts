import * as pulumi from "@pulumi/pulumi";
import { renderBaseCreate, renderBaseDelete, renderBaseUpdate } from "./base-script.ts";
import type { SshCredentials } from "./connection.ts";
import type { Host } from "./host.ts";
import type { HostScriptArgs } from "./host-script.ts";
import { HostScript } from "./host-script.ts";

export interface ManagedHostArgs {
  readonly host: Host;
  readonly credentials: SshCredentials;
}

/**
 * A machine this stack looks after: marks it as its own first, and undoes whatever is left on it last.
 *
 * Expects, over SSH, a Linux with a POSIX shell, util-linux and coreutils, and a user who may become root without a
 * password; here, what a Mac or Linux has, and no root.
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
        title: "marks the machine as this host, and undoes what is left on it in the end",
        create: renderBaseCreate(marker),
        update: renderBaseUpdate(marker),
        delete: renderBaseDelete(marker),
        secretOutput: false,
        timeoutSeconds: 600,
      },
      { parent: this },
    );
    this.registerOutputs({});
  }

  /** Runs one more script here, after the machine is marked. The resource is `<host>-<script>`. */
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
