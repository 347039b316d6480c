import type { Provider } from "@pulumi/docker/provider.js";
import * as pulumi from "@pulumi/pulumi";
import type { SshCredentials } from "../../host/connection.ts";
import { localHost, sshHost, type Host } from "../../host/host.ts";
import type { HostScript } from "../../host/host-script.ts";
import { ManagedHost } from "../../host/managed-host.ts";
import type { DockerSettings } from "../../stack-file/settings.ts";
import { renderDockerHostChecks } from "./docker-host-checks.ts";
import { dockerProvider } from "../engine/docker-provider.ts";
import { engineProxyFile, engineProxySecret } from "../engine/engine-proxy.ts";
import { renderEngineInstall } from "../engine/engine-install-script.ts";
import { renderHostResolvers } from "./host-resolvers.ts";

export interface DockerHostArgs {
  readonly docker: Pick<DockerSettings, "host" | "engine" | "proxy" | "memory" | "cpus">;
  readonly credentials: SshCredentials;
  /** `USER:PASSWORD` for `docker.proxy`, used by an installed engine. */
  readonly proxyCredentials?: pulumi.Output<string> | undefined;
  /** Docker context of a local engine. @default the default context */
  readonly context?: string;
  /** TCP ports that this program's containers publish on it. */
  readonly ports: readonly number[];
  /** Containers that may use these ports already. */
  readonly containers: readonly string[];
}

/**
 * The machine whose Docker engine runs Rancher. It is checked before the installation.
 *
 * Expects a user who may use Docker there and, over SSH, become root. Installs the engine if
 * `docker.engine` is `install`.
 */
export class DockerHost extends pulumi.ComponentResource {
  public readonly host: Host;
  /** Runs scripts on it. What needs the engine must depend on `ready`. */
  public readonly machine: ManagedHost;
  /** Completes when the machine has passed the checks. */
  public readonly ready: HostScript;
  /** Provider for its engine. */
  public readonly provider: Provider;
  /** Where it lists resolvers that containers can reach; empty if it does not, and for a local engine. */
  public readonly resolvers: pulumi.Output<string>;

  constructor(name: string, args: DockerHostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rancher:docker:DockerHost", name, {}, opts);
    const { docker, credentials, ports, containers } = args;
    const host = hostOf(docker.host);

    this.host = host;
    this.machine = new ManagedHost(host.name, { host, credentials }, { parent: this });
    const engine = host.kind === "ssh" && docker.engine === "install" ? this.#install(host.user, args) : [];
    this.ready = this.machine.run(
      {
        script: "docker-host",
        title: "checks the machine before the installation, and changes nothing",
        create: renderDockerHostChecks({
          ports,
          containers,
          ...(host.kind === "ssh" && { user: host.user }),
          ...(docker.memory !== undefined && { memory: docker.memory }),
          ...(docker.cpus !== undefined && { cpus: docker.cpus }),
        }),
        secretOutput: false,
        timeoutSeconds: 120,
      },
      { parent: this, dependsOn: engine },
    );
    this.provider = dockerProvider(host, args.context, this);
    // A local machine may be a Mac, whose engine runs in a VM, or a laptop, whose resolvers change with its network.
    this.resolvers = host.kind === "ssh" ? this.#findResolvers() : pulumi.output("");
    this.registerOutputs({});
  }

  #install(user: string, { docker: { proxy }, proxyCredentials }: DockerHostArgs): HostScript[] {
    const signsIn = proxy !== undefined && proxyCredentials !== undefined;
    const script = this.machine.run(
      {
        script: "docker-engine",
        title: "Docker Engine",
        create: renderEngineInstall({ user, ...(proxy && { proxy: { ...proxy, signsIn } }) }),
        ...(signsIn && {
          secrets: {
            [engineProxySecret]: proxyCredentials.apply((credentials) => engineProxyFile(proxy, credentials)),
          },
        }),
        secretOutput: false,
        timeoutSeconds: 900,
      },
      { parent: this },
    );
    return [script];
  }

  /** The script text is constant, so that the output is known at preview. */
  #findResolvers(): pulumi.Output<string> {
    const script = this.machine.run(
      {
        script: "host-resolvers",
        title: "finds the machine's resolvers that containers can reach",
        create: renderHostResolvers(),
        secretOutput: false,
      },
      { parent: this, dependsOn: [this.ready] },
    );
    return script.output;
  }
}

function hostOf(host: DockerSettings["host"]): Host {
  return host.kind === "local" ? localHost("local") : sshHost(host);
}
