import type { ShellScript } from "../../../host/shell/link.ts";
import { shellFile } from "../../../host/shell/shell-files.ts";
import { certificateFolder, type BalancerCertificate } from "../../certificates/certificate-files.ts";
import { certificateValues } from "../../certificates/certificate-script.ts";
import { watchValues } from "../../certificates/certificate-watch.ts";
import { clientPorts, type Listener } from "../../listener.ts";
import { loopbackPorts, neededNginx, nginxValues, renderNginxConfig } from "../config/nginx-config.ts";
import type { NginxOptions } from "../config/nginx-options.ts";
import { nginxOrgFiles } from "./nginx-org-repository.ts";
import { selfConnectionValues } from "../../self-connection-script.ts";

/** Source of a host's nginx package. */
export type NginxPackage = "distribution" | "nginx.org";

export interface NginxScriptArgs {
  readonly listeners: readonly Listener[];
  readonly options: NginxOptions;
  readonly package: NginxPackage;
  /** The listeners' certificates; their keys are passed as secrets, see `keySecret`. */
  readonly certificates: readonly BalancerCertificate[];
  /** Address that moves between the load balancer's hosts, if any. */
  readonly floatingAddress?: string | undefined;
}

const conf = "/etc/nginx/nginx.conf";
const tls = certificateFolder;

/** Installs nginx if it is missing, and rolls out a configuration without interrupting a running one. */
export function renderNginxScript(args: NginxScriptArgs): ShellScript {
  const { listeners, options, certificates, floatingAddress } = args;
  const template = renderNginxConfig({ listeners, options, logs: "files" });
  const ports = clientPorts(listeners);
  const localPorts = loopbackPorts(options);
  return {
    main: shellFile("load-balancer/nginx/package/nginx.sh"),
    values: {
      ...nginxValues,
      nginx_package: args.package,
      ...nginxOrgFiles,
      client_ports: ports,
      local_ports: localPorts,
      ...selfConnectionValues({ listeners, ports: [...ports, ...localPorts], floatingAddress }),
      needed_nginx: neededNginx(listeners),
      asks_dns: template.includes("@@resolvers@@"),
      conf,
      template,
      tls,
      ...certificateValues(certificates),
      ...watchValues(certificates, {
        script: "nginx",
        renewal: shellFile("load-balancer/nginx/package/nginx-renewal.sh"),
        conf,
      }),
      undo_step: {
        main: shellFile("load-balancer/nginx/package/nginx-undo.sh"),
        values: { conf, tls, nginx_org_files: Object.values(nginxOrgFiles) },
      },
    },
  };
}
