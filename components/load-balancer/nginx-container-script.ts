import { checkDocker } from "../docker/docker-engine-check.ts";
import { forgetOldImages, imagePull } from "../docker/image-pull.ts";
import { closePorts, openPorts } from "../host/firewall-ports.ts";
import { hereDocument, quote } from "../host/shell.ts";
import type { BalancerCertificate } from "./certificate-files.ts";
import { certificateFunctions, cleanCertificates, placeCertificates } from "./certificate-script.ts";
import { unwatch, watchCertificates } from "./certificate-watch.ts";
import { clientPorts, type Listener } from "./listener.ts";
import { generationPort, neededNginx, renderNginxConfig } from "./nginx-config.ts";
import {
  containerFacts,
  containerHooks,
  letFormerDrain,
  recoverContainers,
  refuseForeign,
  reloadHooks,
  removeContainers,
} from "./nginx-container-rollout.ts";
import { containerFolder, containers, containerSpec } from "./nginx-container-spec.ts";
import { learnImageBuild, needResolvers } from "./nginx-image-build.ts";
import type { NginxOptions } from "./nginx-options.ts";
import { askProbe, rollout } from "./nginx-rollout.ts";
import { fillTemplate } from "./nginx-template.ts";
import { refuseSelfConnections } from "./self-connection-script.ts";

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

const conf = `${containerFolder}/nginx.conf`;
const tls = `${containerFolder}/tls`;

/** Runs nginx in a container, and rolls out a configuration and an image without interrupting a running one. */
export function renderNginxContainerScript(args: NginxContainerScriptArgs): string {
  const { listeners, options, certificates, image } = args;
  const template = renderNginxConfig({ listeners, options, logs: "container" });
  const ports = clientPorts(listeners);
  const local = [generationPort, ...(options.statusPort === undefined ? [] : [options.statusPort])];
  return [
    `image=${quote(image)}
conf=${conf}`,
    checkDocker,
    containerFacts,
    refuseForeign,
    // First: a next container that a killed script left may restart repeatedly and hold ports.
    recoverContainers,
    checkPorts([...ports, ...local]),
    refuseSelfConnections({ listeners, ports: [...ports, ...local], floatingAddress: args.floatingAddress }),
    ...(certificates.length > 0 ? [checkOpenssl] : []),
    registerUndo,
    imagePull,
    `pull_image "$image"`,
    learnImageBuild({ network: "host", neededNginx: neededNginx(listeners) }),
    ...(template.includes("@@resolvers@@") ? [needResolvers] : []),
    openPorts(ports),
    `keep ${containerFolder}
mkdir -p ${containerFolder}`,
    rollout,
    askProbe,
    certificateFunctions,
    `tls=${tls}`,
    placeCertificates(certificates),
    `cat >"$work/template" ${hereDocument(template, "NGINX")}`,
    fillTemplate,
    `fill_template "$work/template" "$work/nginx.conf"`,
    containerSpec({ openFiles: openFilesIn(template) }),
    containerHooks,
    `roll_out "$work/nginx.conf"`,
    letFormerDrain(options.timeouts.shutdown),
    cleanCertificates(certificates),
    watchCertificates(certificates, { script: "nginx-container", conf, tls, hooks: `${askProbe}\n${reloadHooks}` }),
    forgetOldImages,
    `sha256sum "$conf" | cut -d ' ' -f 1
`,
  ]
    .filter((part) => part !== "")
    .join("\n");
}

export function openFilesIn(template: string): number {
  const [, count] = /^worker_rlimit_nofile (\d+);$/m.exec(template) ?? [];
  if (count === undefined) throw new Error("the configuration of nginx has no worker_rlimit_nofile");
  return Number(count);
}

/**
 * Runs before anything changes: with a port in use, both `nginx -t` and a reload return 0, and a new container waits
 * for the port. The containers of this stack may hold the ports.
 */
function checkPorts(ports: readonly number[]): string {
  return `if command -v ss >/dev/null; then
  for port in ${ports.join(" ")}; do
    ss -Hltnp "sport = :$port" | sed -n 's/.*users:(("\\([^"]*\\)",pid=\\([0-9]*\\).*/'"$port"' \\1 \\2/p'
  done >"$work/holders"
  # Runs after the loop: a container of this stack that waits for its ports may restart with another PID.
  ours=" $(for each in ${containers.serving} ${containers.former}; do docker top "$each" -eo pid 2>/dev/null || true; done | tr '\\n' ' ') "
  while read -r port holder pid; do
    case "$ours" in *" $pid "*) continue ;; esac
    [ -d "/proc/$pid" ] || continue
    [ "$holder" != nginx ] || [ -z "$(undo_of nginx)" ] || fail 10 "port $port is in use by the nginx that this stack installed on this machine. Remove it first: kind: external, then pulumi up, then runAs: container"
    fail 10 "port $port is in use on this machine by $holder (pid $pid). Stop it, or choose another host for the load balancer"
  done <"$work/holders"
fi`;
}

export const checkOpenssl = `command -v openssl >/dev/null || fail 10 "this machine has no openssl, which checks certificates before nginx uses them. Install the package openssl"`;

/** Keeps images that other containers use. Also works after Docker was removed. */
const registerUndo = `register_undo <<'UNDO'
${unwatch}
if command -v docker >/dev/null; then
  docker version >/dev/null 2>"$work/engine" || fail 30 "the Docker engine does not answer, and the containers of the load balancer cannot be removed: $(tail -n 1 "$work/engine"). Start it: systemctl start docker"
${containerFacts}
${removeContainers}
${imagePull}
  forget_images 0
fi
rm -rf ${containerFolder}
give_back ${containerFolder}
${closePorts}
UNDO`;
