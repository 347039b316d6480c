import type { ShellScript } from "../../../host/shell/link.ts";
import { shellFile } from "../../../host/shell/shell-files.ts";
import type { BalancerCertificate } from "../../certificates/certificate-files.ts";
import { certificateValues } from "../../certificates/certificate-script.ts";
import { watchValues } from "../../certificates/certificate-watch.ts";
import { clientPorts, type Listener } from "../../listener.ts";
import { loopbackPorts, neededNginx, nginxValues, renderNginxConfig } from "../config/nginx-config.ts";
import { containerFolder, containerSpec, containerValues } from "./nginx-container-spec.ts";
import type { NginxOptions } from "../config/nginx-options.ts";
import { selfConnectionValues } from "../../self-connection-script.ts";

export interface NginxContainerScriptArgs {
  readonly listeners: readonly Listener[];
  readonly options: NginxOptions;
  /** The listeners' certificates; their keys are passed as secrets, see `keySecret`. */
  readonly certificates: readonly BalancerCertificate[];
  /** With its digest: `nginx:1.30.4@sha256:...`. */
  readonly image: string;
  /** Address that moves between the load balancer's hosts, if any. */
  readonly floatingAddress?: string | undefined;
}

/** Runs nginx in a container, and rolls out a configuration and an image without interrupting a running one. */
export function renderNginxContainerScript(args: NginxContainerScriptArgs): ShellScript {
  const { listeners, options, certificates, image, floatingAddress } = args;
  const template = renderNginxConfig({ listeners, options, logs: "container" });
  const ports = clientPorts(listeners);
  const localPorts = loopbackPorts(options);
  return {
    main: shellFile("load-balancer/nginx/container/nginx-container-script.sh"),
    values: {
      image,
      nginx_folder: containerFolder,
      client_ports: ports,
      local_ports: localPorts,
      needed_nginx: neededNginx(listeners),
      asks_dns: template.includes("@@resolvers@@"),
      shutdown_seconds: options.timeouts.shutdown,
      checks_certificates: certificates.length > 0,
      ...nginxValues,
      ...containerValues,
      ...containerSpec({ network: "host", openFiles: openFilesIn(template) }),
      ...selfConnectionValues({ listeners, ports: [...ports, ...localPorts], floatingAddress }),
      ...certificateValues(certificates),
      ...watchValues(certificates, {
        script: "nginx-container",
        renewal: shellFile("load-balancer/nginx/container/nginx-container-renewal.sh"),
        conf: `${containerFolder}/nginx.conf`,
        tls: `${containerFolder}/tls`,
        values: containerValues,
      }),
      template,
      undo_step: {
        main: shellFile("load-balancer/nginx/container/nginx-container-undo.sh"),
        values: { nginx_folder: containerFolder, ...containerValues },
      },
    },
  };
}

/** Files that a worker may open, in a configuration from `renderNginxConfig`. */
export function openFilesIn(template: string): number {
  const [, count] = /^worker_rlimit_nofile (\d+);$/m.exec(template) ?? [];
  if (count === undefined) throw new Error("the configuration of nginx has no worker_rlimit_nofile");
  return Number(count);
}
