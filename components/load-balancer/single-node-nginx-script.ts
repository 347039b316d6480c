import { checkDocker } from "../docker/docker-engine-check.ts";
import { forgetOldImages, imagePull } from "../docker/image-pull.ts";
import { gnuForms } from "../host/gnu-forms.ts";
import { hereDocument, quote } from "../host/shell.ts";
import { certificateFunctions, cleanCertificates, placeCertificates } from "./certificate-script.ts";
import { unwatch, watchCertificates } from "./certificate-watch.ts";
import { clientPorts, type Listener, type Upstream } from "./listener.ts";
import { singleNodeNginxHooks, dropFormer, insideHooks, needShell } from "./single-node-nginx-rollout.ts";
import { singleNodeNginxSpec } from "./single-node-nginx-spec.ts";
import { singleNodeNginxFacts, recoverSingleNodeNginx } from "./single-node-nginx-downtime.ts";
import { neededNginx, renderNginxConfig } from "./nginx-config.ts";
import { refuseForeign, removeContainers } from "./nginx-container-rollout.ts";
import { checkOpenssl, openFilesIn, type NginxContainerScriptArgs } from "./nginx-container-script.ts";
import { containerFolder } from "./nginx-container-spec.ts";
import { learnImageBuild } from "./nginx-image-build.ts";
import { rollout } from "./nginx-rollout.ts";
import { fillTemplate } from "./nginx-template.ts";
import { refuseSelfConnections } from "./self-connection-script.ts";

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
export function renderSingleNodeNginxScript(args: SingleNodeNginxScriptArgs): string {
  const { listeners, options, certificates, image, singleNode } = args;
  const template = renderNginxConfig({ listeners, options, logs: "container" });
  const folder = singleNode.local ? '"$state/nginx"' : containerFolder;
  const tools = singleNode.local ? [gnuForms] : [];
  return [
    `image=${quote(image)} folder=${folder}
conf=$folder/nginx.conf`,
    ...tools,
    checkDocker,
    singleNodeNginxFacts,
    refuseForeign,
    refuseHostNginx,
    recoverSingleNodeNginx,
    // The ports are published on every address of the host.
    refuseSelfConnections({ listeners: listeners.map(withoutContainers), ports: clientPorts(listeners) }),
    ...(certificates.length > 0 ? [checkOpenssl] : []),
    registerUndo(singleNode, folder, tools),
    imagePull,
    `pull_image "$image"`,
    learnImageBuild({ network: "user-defined", neededNginx: neededNginx(listeners) }),
    needShell,
    ...(singleNode.local ? [] : [`keep "$folder"`]),
    `mkdir -p "$folder"`,
    rollout,
    certificateFunctions,
    `tls=$folder/tls`,
    placeCertificates(certificates),
    `cat >"$work/template" ${hereDocument(template, "NGINX")}`,
    fillTemplate,
    `fill_template "$work/template" "$work/nginx.conf"`,
    singleNodeNginxSpec({
      network: singleNode.network,
      ports: clientPorts(listeners),
      openFiles: openFilesIn(template),
      usersFolder: singleNode.local,
    }),
    singleNodeNginxHooks,
    `roll_out "$work/nginx.conf"`,
    dropFormer,
    cleanCertificates(certificates),
    ...(singleNode.local
      ? []
      : [
          watchCertificates(certificates, {
            script: "nginx-container",
            conf,
            tls: `${containerFolder}/tls`,
            hooks: insideHooks,
          }),
        ]),
    forgetOldImages,
    `sha256sum "$conf" | cut -d ' ' -f 1
`,
  ]
    .filter((part) => part !== "")
    .join("\n");
}

const conf = `${containerFolder}/nginx.conf`;

/** Without upstreams that are container names, which only Docker's DNS server resolves. */
function withoutContainers(listener: Listener): Listener {
  const known = (upstreams: readonly Upstream[]) => upstreams.filter(({ address }) => /[.:]/.test(address));
  return listener.layer === 4
    ? { ...listener, upstreams: known(listener.upstreams) }
    : { ...listener, sites: listener.sites.map((site) => ({ ...site, upstreams: known(site.upstreams) })) };
}

const refuseHostNginx = `[ -z "$(undo_of nginx)" ] || fail 10 "this machine runs the nginx that this stack installed, on the same ports. Remove it first: npm run uninstall, which keeps the data. Then set runAs: container"`;

/** Keeps images that other containers use. Also works after Docker was removed. */
function registerUndo({ local }: SingleNodeNginx, folder: string, tools: readonly string[]): string {
  return `register_undo <<'UNDO'
folder=${folder}
${[...tools, ...(local ? [] : [unwatch])].join("\n")}
if command -v docker >/dev/null; then
  docker version >/dev/null 2>"$work/engine" || fail 30 "the Docker engine does not answer, and the container of the load balancer cannot be removed: $(tail -n 1 "$work/engine"). Start it, then run this again"
${singleNodeNginxFacts}
${removeContainers}
${imagePull}
  forget_images 0
fi
rm -rf "$folder"${local ? "" : `\ngive_back "$folder"`}
UNDO`;
}
