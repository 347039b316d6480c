import { link, type ShellScript } from "../../../host/shell/link.ts";
import { shellFile } from "../../../host/shell/shell-files.ts";
import { certificateValues } from "../../certificates/certificate-script.ts";
import { watchValues } from "../../certificates/certificate-watch.ts";
import { clientPorts, type Listener, type Upstream } from "../../listener.ts";
import { neededNginx, nginxValues, renderNginxConfig } from "../config/nginx-config.ts";
import { openFilesIn, type NginxContainerScriptArgs } from "../container/nginx-container-script.ts";
import { containerFolder, containerSpec, containerValues } from "../container/nginx-container-spec.ts";
import { selfConnectionValues } from "../../self-connection-script.ts";

/** A container in a Docker network that it shares with its upstreams. */
export interface SingleNodeNginx {
  /** Name of the network. Changing it replaces the container. */
  readonly network: string;
  /** Whether Docker runs on the machine that runs Pulumi, where scripts run without root, possibly on a Mac. */
  readonly local: boolean;
}

export type SingleNodeNginxScriptArgs = NginxContainerScriptArgs & { readonly singleNode: SingleNodeNginx };

/**
 * Like `renderNginxContainerScript`, for a container with published ports that reaches its upstreams by name in a
 * Docker network. Docker itself opens published ports in the host's firewall and rejects those in use.
 */
export function renderSingleNodeNginxScript(args: SingleNodeNginxScriptArgs): ShellScript {
  const { listeners, options, certificates, image, singleNode } = args;
  const { network, local } = singleNode;
  const template = renderNginxConfig({ listeners, options, logs: "container" });
  const ports = clientPorts(listeners);
  const values = {
    image,
    needed_nginx: neededNginx(listeners),
    checks_certificates: certificates.length > 0,
    ...nginxValues,
    ...containerValues,
    ...containerSpec({ network, ports, openFiles: openFilesIn(template), usersFolder: local }),
    // The ports are published on every address of the host.
    ...selfConnectionValues({ listeners: listeners.map(withoutContainers), ports }),
    ...certificateValues(certificates),
    template,
    serve_again_commands: link({
      main: shellFile("load-balancer/nginx/single-node/single-node-nginx-watcher.sh"),
      values: containerValues,
    }),
  };
  if (local) {
    const undo_step = {
      main: shellFile("load-balancer/nginx/single-node/local-nginx-undo.sh"),
      values: containerValues,
    };
    return {
      main: shellFile("load-balancer/nginx/single-node/local-nginx-script.sh"),
      values: { ...values, undo_step },
    };
  }
  const folder = { nginx_folder: containerFolder };
  const watched = {
    script: "nginx-container",
    renewal: shellFile("load-balancer/nginx/single-node/single-node-nginx-renewal.sh"),
    conf: `${containerFolder}/nginx.conf`,
    tls: `${containerFolder}/tls`,
    values: containerValues,
  } as const;
  const undo_step = {
    main: shellFile("load-balancer/nginx/single-node/single-node-nginx-undo.sh"),
    values: { ...folder, ...containerValues },
  };
  return {
    main: shellFile("load-balancer/nginx/single-node/single-node-nginx-script.sh"),
    values: { ...values, ...folder, ...watchValues(certificates, watched), undo_step },
  };
}

/** Without upstreams that are container names, which only Docker's DNS server resolves. */
function withoutContainers(listener: Listener): Listener {
  const known = (upstreams: readonly Upstream[]) => upstreams.filter(({ address }) => /[.:]/.test(address));
  return listener.layer === 4
    ? { ...listener, upstreams: known(listener.upstreams) }
    : { ...listener, sites: listener.sites.map((site) => ({ ...site, upstreams: known(site.upstreams) })) };
}
