import { Command as LocalCommand } from "@pulumi/command/local/command.js";
import { Command as RemoteCommand } from "@pulumi/command/remote/command.js";
import * as pulumi from "@pulumi/pulumi";
import type { SshCredentials } from "./connection.ts";
import { connectionTo } from "./connection.ts";
import type { Host } from "./host.ts";
import type { ShellScript } from "./shell/link.ts";
import { renderBareScript, renderScript, renderShortScript } from "./script.ts";
import { shellFile } from "./shell/shell-files.ts";

export interface HostScriptArgs {
  readonly host: Host;
  readonly credentials: SshCredentials;
  /** Name of the script on its host; the resource is `<host>-<script>`. */
  readonly script: string;
  /** One-line description, shown in a preview. */
  readonly title: string;
  /**
   * Changing it runs `update` on the same host, in place. It may be an output if part of it is resolved at preview,
   * such as an image's digest. A secret output would hide every difference.
   *
   * A string is for a script that only prints: it runs by itself, without a preamble or an undo step. Its output
   * therefore stays known at preview until the string changes.
   */
  readonly create: pulumi.Input<ShellScript> | string;
  /** @default `create` */
  readonly update?: ShellScript;
  /** @default runs the script's undo step, if it registered one */
  readonly delete?: ShellScript;
  /** Values for `secret NAME`, passed on standard input. */
  readonly secrets?: Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * Text on standard input instead of secrets. Such a script brings its own functions, because the library may be
   * missing or old when it runs.
   */
  readonly input?: string;
  /** Set to `false` only if standard output contains nothing secret. @default true */
  readonly secretOutput?: boolean;
  /** Seconds. @default 900 */
  readonly timeoutSeconds?: number;
}

/** Runs the undo step of the script's name. */
const runUndo: ShellScript = { main: shellFile("host/run-undo.sh") };

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

    const { script, title, create, secretOutput = true, timeoutSeconds = 900 } = args;
    const renderFor = args.input === undefined ? renderShortScript : renderScript;
    const render = (body: ShellScript) => renderFor(args.host, { name: script, title, body, timeoutSeconds });
    const inputs = {
      ...(typeof create === "string"
        ? { create: renderBareScript(args.host, title, create) }
        : {
            create: isPlain(create) ? render(create) : pulumi.output(create).apply(render),
            delete: render(args.delete ?? runUndo),
          }),
      ...(args.update && { update: render(args.update) }),
      stdin: args.input ?? secretLines(args.secrets ?? {}),
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

function isPlain(script: pulumi.Input<ShellScript>): script is ShellScript {
  return "main" in script && !pulumi.Output.isInstance(script);
}

/** One line per secret, `name base64`, so that any text is passed unchanged and never as an argument. */
function secretLines(secrets: Readonly<Record<string, pulumi.Input<string>>>): pulumi.Output<string> {
  const lines = Object.entries(secrets).map(([name, value]) =>
    pulumi.secret(value).apply((text) => `${name} ${Buffer.from(text).toString("base64")}\n`),
  );
  return pulumi.all(lines).apply((all) => all.join(""));
}
