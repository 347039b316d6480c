import { parseImageReference } from "../../../docker/rancher/image-reference.ts";
import type { Problem } from "../../../program/problem.ts";
import { versionOfArchive } from "./backup-fields.ts";
import { nginxBalancer } from "../load-balancer/parsed-balancer.ts";
import { rancherImage } from "./docker-fields.ts";
import { isMapping } from "../../reading/mapping.ts";
import type { Mapping } from "../../reading/mapping.ts";
import type { Parsed } from "../../reading/parsed.ts";
import type { SingleNodeFile } from "../../single-node-schema.ts";

/** Rules between the keys of `docker`, and between them and other keys. */
export function dockerProblems(parsed: Parsed<SingleNodeFile>, values: Mapping): readonly Problem[] {
  const { docker } = parsed;
  if (docker === undefined) return [];
  return [
    ...(docker.host === "local" ? localProblems(parsed) : []),
    ...versionProblems(parsed),
    ...dataSourceProblems(parsed),
    ...auditProblems(parsed),
    ...proxyProblems(parsed, values),
  ];
}

/** Features that need root on the Docker host, which a local host does not have. */
function localProblems(parsed: Parsed<SingleNodeFile>): readonly Problem[] {
  const { docker } = parsed;
  const problems: Problem[] = [];
  const report = (key: string, message: string) => problems.push({ key: `rancher:${key}`, message });
  if (docker?.engine === "install")
    report(
      "docker.engine",
      "is install, but rancher:docker.host is local: scripts on this machine run as you, and an installation " +
        "needs root. Install Docker yourself, or give a host over SSH.",
    );
  if (docker?.backup?.schedule !== undefined)
    report(
      "docker.backup.schedule",
      `is ${docker.backup.schedule}, but rancher:docker.host is local: a timer needs root and a machine that stays on. ` +
        "Leave it out and use npm run backup, or give a host over SSH.",
    );
  if (nginxBalancer(parsed)?.runAs === "host")
    report(
      "loadBalancer.runAs",
      "is host, but rancher:docker.host is local: scripts on this machine run as you, and a package needs root, " +
        "apt or rpm, and systemd. Choose runAs: container, or give the host over SSH.",
    );
  return problems;
}

/** `version` determines upgrades. An image or archive of another version would bypass it. */
function versionProblems({ version, docker }: Parsed<SingleNodeFile>): readonly Problem[] {
  if (version === undefined || docker === undefined) return [];
  const problems: Problem[] = [];
  const { image, restore } = docker;
  const reference = image === undefined ? undefined : parseImageReference(image);
  if (image !== undefined && reference?.tag !== undefined && reference.tag !== `v${version}`)
    problems.push({
      key: "rancher:docker.image",
      message:
        `is ${image}, but rancher:version is ${version}, which determines upgrades. Give it the tag v${version}` +
        `${reference.digest === undefined ? "" : " and that version's digest"}, or leave it out for ${rancherImage(version)}.`,
    });
  const archived = restore === undefined ? undefined : versionOfArchive(restore);
  if (archived !== undefined && archived !== version)
    problems.push({
      key: "rancher:docker.restore",
      message:
        `is of Rancher ${archived}, but rancher:version is ${version}: data must be restored with its own ` +
        `version. For an upgrade after the restore, leave it out; to restore it, set rancher:version to ${archived}.`,
    });
  return problems;
}

function dataSourceProblems({ docker }: Parsed<SingleNodeFile>): readonly Problem[] {
  if (docker?.restore === undefined || docker.adopt === undefined) return [];
  const message = `is ${docker.adopt}, but rancher:docker.restore names an archive: the data can have only one source. Leave one of them out.`;
  return [{ key: "rancher:docker.adopt", message }];
}

/** Since 2.12 a separate variable enables the audit log. Before, a level above 0 did. */
function auditProblems({ version, docker }: Parsed<SingleNodeFile>): readonly Problem[] {
  if (docker?.auditLog?.level !== 0 || version === undefined || !version.startsWith("2.11.")) return [];
  const message = `is 0, which turns the audit log of Rancher ${version} off. Choose 1 to 3, or leave auditLog out.`;
  return [{ key: "rancher:docker.auditLog.level", message }];
}

function proxyProblems({ docker }: Parsed<SingleNodeFile>, values: Mapping): readonly Problem[] {
  const written = isMapping(values.docker) ? values.docker.proxy : undefined;
  if (docker?.proxy === undefined || !isMapping(written)) return [];
  if (written.http !== undefined || written.https !== undefined) return [];
  const message = "names no proxy. Give http, https or both, or leave it out.";
  return [{ key: "rancher:docker.proxy", message }];
}
