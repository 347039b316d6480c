import { checkCompatibility } from "../../program/compatibility.ts";
import type { Problem } from "../../program/problem.ts";
import { rancherWarnings } from "../../program/support-warnings.ts";
import { checkAdditionalCAs } from "../keys/tls/additional-ca-rules.ts";
import { rancherImage } from "../keys/docker/docker-fields.ts";
import { dockerProblems } from "../keys/docker/docker-rules.ts";
import { environmentProblems } from "../keys/docker/environment-fields.ts";
import { checkHostKeys } from "../keys/hosts/host-key-rules.ts";
import { hstsProblems } from "../keys/load-balancer/hsts-rules.ts";
import { isMapping } from "../reading/mapping.ts";
import type { Findings, Reading } from "../reading/reading.ts";
import type { Parsed } from "../reading/parsed.ts";
import { neededSecrets, secretProblems } from "../keys/secrets/secret-rules.ts";
import { singleNodeNginxProblems } from "../keys/load-balancer/single-node-nginx-rules.ts";
import { singleNodePortProblems } from "./single-node-port-rules.ts";
import type { SingleNodeFile } from "../single-node-schema.ts";
import { singleNodeTlsProblems } from "../keys/tls/single-node-tls-rules.ts";
import { singleNodeWarnings } from "./single-node-warnings.ts";
import { checkSites } from "../keys/load-balancer/site-rules.ts";
import { checkTls } from "../keys/tls/tls-rules.ts";
import { removeSecretCommand } from "../keys/secrets/secret-keys.ts";

/** Rules between the keys of a single node. */
export function singleNodeFindings(parsed: Parsed<SingleNodeFile>, reading: Reading): Findings {
  const { values, invalid, secrets, isSet, context } = reading;
  const { docker, ssh } = parsed;
  const hosts = isMapping(docker?.host) ? [{ key: "rancher:docker.host", host: docker.host }] : [];
  const hostKeys = checkHostKeys({ ssh: hosts.length === 0 ? undefined : ssh, hosts }, invalid);
  const tls = checkTls(parsed, { ...context, privateKey: secrets.tlsPrivateKey });
  const authorities = checkAdditionalCAs("rancher:docker.additionalTrustedCAs", docker?.additionalTrustedCAs, context);
  const sites = checkSites(parsed, { ...context, privateKey: secrets.sitePrivateKeys });
  return {
    problems: [
      ...hostnameProblems(parsed),
      ...(parsed.version === undefined
        ? []
        : checkCompatibility({ rancher: parsed.version, image: docker?.image ?? rancherImage(parsed.version) })),
      ...hostKeys.problems,
      ...dockerProblems(parsed, values),
      ...environmentProblems(docker?.environment ?? {}),
      ...singleNodePortProblems(parsed, values),
      ...singleNodeNginxProblems(parsed),
      ...hstsProblems(parsed),
      ...sites.problems,
      ...singleNodeTlsProblems(parsed),
      ...tls.problems,
      ...authorities.problems,
      ...neededSecrets(parsed, isSet, invalid),
      ...uselessSecrets(parsed, reading),
      ...secretProblems(secrets, isSet),
    ],
    warnings: [
      ...hostKeys.warnings,
      ...sites.warnings,
      ...tls.warnings,
      ...authorities.warnings,
      ...rancherWarnings(parsed.version, context.now),
      ...singleNodeWarnings(parsed, isSet),
    ],
    certificates: {
      rancher: tls.certificate,
      caCertificate: tls.caCertificate,
      additionalTrustedCAs: authorities.pem,
      sites: sites.certificates,
    },
  };
}

/** RFC 6761: every machine resolves names under localhost to itself. */
function hostnameProblems({ hostname, docker }: Parsed<SingleNodeFile>): readonly Problem[] {
  const host = docker?.host;
  if (hostname === undefined || !hostname.endsWith(".localhost") || !isMapping(host)) return [];
  const message =
    `is ${hostname}, which every machine resolves to itself, but Rancher runs on ${host.name ?? "another host"}. Give ` +
    "the DNS name of that host.";
  return [{ key: "rancher:hostname", message }];
}

function uselessSecrets({ docker }: Parsed<SingleNodeFile>, { isSet, invalid }: Reading): readonly Problem[] {
  const problems: Problem[] = [];
  if (isSet("kubeconfig"))
    problems.push({
      key: "rancher:kubeconfig",
      message:
        "is set, but it is for your own cluster; a single node's Kubernetes is inside Rancher's container. Remove it: " +
        removeSecretCommand("kubeconfig"),
    });
  if (docker?.host === "local" && !invalid.has("rancher:docker") && isSet("sshPrivateKey"))
    problems.push({
      key: "rancher:sshPrivateKey",
      message: `is set, but rancher:docker.host is local, and nothing uses SSH. Remove it: ${removeSecretCommand("sshPrivateKey")}`,
    });
  return problems;
}
