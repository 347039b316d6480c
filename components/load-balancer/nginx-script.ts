import { closePorts, openPorts } from "../host/firewall-ports.ts";
import { packageManager } from "../host/package-manager.ts";
import { allowInSelinux, forgetInSelinux } from "../host/selinux.ts";
import { hereDocument } from "../host/shell.ts";
import type { BalancerCertificate } from "./certificate-files.ts";
import {
  certificateFunctions,
  cleanCertificates,
  placeCertificates,
  removeCertificates,
} from "./certificate-script.ts";
import { unwatch, watchCertificates } from "./certificate-watch.ts";
import { clientPorts, type Listener } from "./listener.ts";
import { learnBuild, refuseBuild } from "./nginx-build.ts";
import { generationPort, neededNginx, renderNginxConfig } from "./nginx-config.ts";
import { hostHooks } from "./nginx-host-hooks.ts";
import type { NginxOptions } from "./nginx-options.ts";
import { checkSystem, installNginx, removeNginx } from "./nginx-packages.ts";
import type { NginxPackage } from "./nginx-packages.ts";
import { rollout } from "./nginx-rollout.ts";
import { fillTemplate } from "./nginx-template.ts";
import { stopAsBefore, stopAtOnce } from "./nginx-unit.ts";
import { refuseSelfConnections } from "./self-connection-script.ts";

export interface NginxScriptArgs {
  readonly listeners: readonly Listener[];
  readonly options: NginxOptions;
  readonly package: NginxPackage;
  /** The listeners' certificates; their keys are passed as secrets, see `keySecret`. */
  readonly certificates: readonly BalancerCertificate[];
  /** Address that moves between the load balancer's hosts, if any. */
  readonly floatingAddress?: string | undefined;
}

/** Allow connections to upstreams, and `worker_rlimit_nofile` above the service's limit. */
const selinuxSwitches = ["httpd_can_network_connect", "httpd_setrlimit"];

/** Installs nginx if it is missing, and rolls out a configuration without interrupting a running one. */
export function renderNginxScript(args: NginxScriptArgs): string {
  const { listeners, options, certificates } = args;
  const template = renderNginxConfig({ listeners, options, logs: "files" });
  const ports = clientPorts(listeners);
  const local = [generationPort, ...(options.statusPort === undefined ? [] : [options.statusPort])];
  return [
    checkSystem,
    checkPorts([...ports, ...local]),
    refuseSelfConnections({ listeners, ports: [...ports, ...local], floatingAddress: args.floatingAddress }),
    registerUndo,
    installNginx(args.package, certificates.length > 0),
    stopAtOnce,
    learnBuild,
    refuseBuild(neededNginx(listeners), template.includes("@@resolvers@@")),
    allowInSelinux({ portType: "http_port_t", ports: [...ports, ...local], booleans: selinuxSwitches }),
    openPorts(ports),
    rollout,
    hostHooks,
    certificateFunctions,
    placeCertificates(certificates),
    `cat >"$work/template" ${hereDocument(template, "NGINX")}`,
    fillTemplate,
    `fill_template "$work/template" "$work/nginx.conf"
conf=/etc/nginx/nginx.conf
roll_out "$work/nginx.conf"`,
    cleanCertificates(certificates),
    watchCertificates(certificates, { script: "nginx", conf: "/etc/nginx/nginx.conf", hooks: hostHooks }),
    `sha256sum /etc/nginx/nginx.conf | cut -d ' ' -f 1
`,
  ]
    .filter((part) => part !== "")
    .join("\n");
}

/** Runs before anything changes: with a port in use, both `nginx -t` and the reload return 0. */
function checkPorts(ports: readonly number[]): string {
  return `[ -z "$(undo_of nginx-container)" ] || fail 10 "this machine runs nginx in a container that this stack started, on the same ports. Remove it first: on a single node with npm run uninstall, which keeps the data; for a cluster with kind: external and npm run up. Then set runAs: host"
if command -v ss >/dev/null; then
  for port in ${ports.join(" ")}; do
    holder=$(ss -Hltnp "sport = :$port" | grep -v '"nginx"' | head -n 1)
    [ -z "$holder" ] || fail 10 "port $port is in use on this machine by $(printf %s "$holder" | sed -n 's/.*users:(("\\([^"]*\\)",pid=\\([0-9]*\\).*/\\1 (pid \\2)/p'). Stop it, or choose another host for the load balancer"
  done
fi`;
}

/** Removes packages only if this program installed them; restores and activates a previous configuration. */
const registerUndo = `register_undo <<'UNDO'
${packageManager}
${unwatch}
${stopAsBefore}
rm -f /etc/nginx/nginx.conf.placing /etc/nginx/nginx.conf.former /var/log/nginx/connections.log
give_back /etc/nginx/nginx.conf
${removeNginx}
${removeCertificates}
${forgetInSelinux}
${closePorts}
if command -v nginx >/dev/null; then
  [ ! -e "$facts/was-disabled" ] || systemctl -q disable nginx 9>&-
  if [ -e "$facts/was-stopped" ]; then
    systemctl stop nginx 9>&-
  else
    nginx -t -q 2>&1 && { systemctl reload nginx 9>&- || systemctl restart nginx 9>&-; } || say "nginx does not accept its previous configuration; it is in /etc/nginx/nginx.conf"
  fi
fi
UNDO`;
