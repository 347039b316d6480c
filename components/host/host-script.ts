import { Command as LocalCommand } from "@pulumi/command/local/command.js";
import { Command as RemoteCommand } from "@pulumi/command/remote/command.js";
import * as pulumi from "@pulumi/pulumi";
import type { SshCredentials } from "./connection.ts";
import { connectionTo } from "./connection.ts";
import type { Host } from "./host.ts";
import { renderBareScript, renderScript } from "./script.ts";

export interface HostScriptArgs {
  readonly host: Host;
  readonly credentials: SshCredentials;
  /** Name of the script on its host; the resource is `<host>-<script>`. */
  readonly script: string;
  /** One-line description, shown in a preview. */
  readonly title: string;
  /**
   * Shell text that may use everything in `preamble`. Changing it runs `update` on the same host, in place. It may be
   * an output if part of it is resolved at preview, such as an image's digest. A secret output would hide every
   * difference.
   */
  readonly create: pulumi.Input<string>;
  /** @default the text of `create` */
  readonly update?: string;
  /** @default runs the script's undo step, if it registered one */
  readonly delete?: string;
  /** Values for `secret NAME`, passed on standard input. */
  readonly secrets?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Set to `false` only if standard output contains nothing secret. @default true */
  readonly secretOutput?: boolean;
  /** Seconds. @default 900 */
  readonly timeoutSeconds?: number;
  /**
   * For a script that only prints: it runs without `preamble` and has no undo step. Its output therefore stays known at
   * preview until its own text changes.
   *
   * @default false
   */
  readonly bare?: boolean;
}

/**
 * A script on a host: the only place that builds a remote or local command.
 *
 * Expects the host's base script to have run, unless it is the base script. No resource may use a printed "changed" as
 * an input: a second change prints the same text, so the resource would not be updated.
 */
export class HostScript extends pulumi.ComponentResource {
  /** What the script printed on standard output, without the last newline. */
  public readonly output: pulumi.Output<string>;

  constructor(name: string, args: HostScriptArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rancher:host:HostScript", name, {}, opts);

    const { script, title, secretOutput = true, timeoutSeconds = 900, bare = false } = args;
    const render = (body: string) =>
      bare
        ? renderBareScript(args.host, title, body)
        : renderScript(args.host, { name: script, title, body, timeoutSeconds });
    const inputs = {
      create: typeof args.create === "string" ? render(args.create) : pulumi.output(args.create).apply(render),
      ...(args.update !== undefined && { update: render(args.update) }),
      ...(!bare && { delete: render(args.delete ?? `run_undo ${script}\n`) }),
      stdin: secretLines(args.secrets ?? {}),
      addPreviousOutputInEnv: false,
    };
    // Only standard error is logged: a secret on standard output would be logged in plain text.
    const secrecy = secretOutput
      ? ({ logging: "stderr", secretOutputs: ["stdout"] } as const)
      : ({ logging: "stderr", secretOutputs: [] } as const);
    const resourceOptions = { parent: this, additionalSecretOutputs: [...secrecy.secretOutputs] };

    const command =
      args.host.kind === "ssh"
        ? new RemoteCommand(
            `${name}-script`,
            { ...inputs, connection: connectionTo(args.host, args.credentials), logging: secrecy.logging },
            resourceOptions,
          )
        : new LocalCommand(
            `${name}-script`,
            { ...inputs, interpreter: ["/bin/sh", "-c"], logging: secrecy.logging },
            resourceOptions,
          );

    this.output = command.stdout;
    this.registerOutputs({ output: this.output });
  }
}

/** One line per secret, `name base64`, so that any text is passed unchanged and never as an argument. */
function secretLines(secrets: Readonly<Record<string, pulumi.Input<string>>>): pulumi.Output<string> {
  const lines = Object.entries(secrets).map(([name, value]) =>
    pulumi.secret(value).apply((text) => `${name} ${Buffer.from(text).toString("base64")}\n`),
  );
  return pulumi.all(lines).apply((all) => all.join(""));
}
