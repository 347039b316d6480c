import { checkCompatibility } from "../compatibility.ts";
import type { Problem } from "../problem.ts";
import { balancerHosts } from "./balancer-draft.ts";
import { chartValueProblems } from "./chart-value-rules.ts";
import { floatingAddressProblems } from "./floating-address-rules.ts";
import { checkHostKeys } from "./host-key-rules.ts";
import { hostProblems } from "./host-rules.ts";
import { hstsProblems } from "./hsts-rules.ts";
import { layerProblems } from "./layer-rules.ts";
import { isMapping } from "./mapping.ts";
import type { Mapping } from "./mapping.ts";
import { portProblems } from "./port-rules.ts";
import type { Findings, Reading } from "./reading.ts";
import type { Draft, StackFile } from "./schema.ts";
import { neededSecrets, secretProblems } from "./secret-rules.ts";
import { selfConnectionProblems } from "./self-connection-rules.ts";
import { checkSites } from "./site-rules.ts";
import { checkTls } from "./tls-rules.ts";
import { rancherWarnings } from "../support-warnings.ts";
import { planWarnings } from "./warnings.ts";

/** What holds between the keys of a stack on a cluster. */
export function highAvailabilityFindings(draft: Draft<StackFile>, reading: Reading): Findings {
  const { values, faulty, secrets, isSet, world } = reading;
  const hosts = balancerHosts(draft).map((host, index) => ({ key: `rancher:loadBalancer.hosts[${index}]`, host }));
  const hostKeys = checkHostKeys({ ssh: draft.ssh, hosts }, faulty);
  const tls = checkTls(draft, { ...world, privateKey: secrets.tlsPrivateKey });
  const sites = checkSites(draft, { ...world, privateKey: secrets.sitePrivateKeys });
  return {
    problems: [
      ...hostnameProblems(draft),
      ...hostProblems(draft, faulty),
      ...hostKeys.problems,
      ...versionProblems(draft, values),
      ...layerProblems(draft, values, faulty),
      ...portProblems(draft),
      ...selfConnectionProblems(draft),
      ...floatingAddressProblems(draft, faulty),
      ...hstsProblems(draft),
      ...sites.problems,
      ...tls.problems,
      ...neededSecrets(draft, isSet, faulty),
      ...(isSet("k3sRegistries") ? [registriesProblem] : []),
      ...secretProblems(secrets, isSet),
      ...(isMapping(draft.chartValues) ? chartValueProblems(draft.chartValues) : []),
    ],
    warnings: [
      ...hostKeys.warnings,
      ...sites.warnings,
      ...tls.warnings,
      ...rancherWarnings(draft.version, world.now),
      ...planWarnings(draft),
    ],
    certificates: { rancher: tls.certificate, caCertificate: tls.caCertificate, sites: sites.certificates },
  };
}

const registriesProblem: Problem = {
  key: "rancher:k3sRegistries",
  message:
    "is set, but it is for the K3s inside Rancher's container on a single node. Give your cluster its registries.yaml itself, " +
    "and remove this: pulumi config rm rancher:k3sRegistries",
};

/** RFC 6761: every machine takes names under localhost for itself, and so does every pod. */
function hostnameProblems({ hostname }: Draft<StackFile>): readonly Problem[] {
  if (hostname === undefined || !hostname.endsWith(".localhost")) return [];
  const message =
    `is ${hostname}, which every machine takes for itself: agents would look for Rancher where they are. Choose a name ` +
    "that leads to the load balancer, or rancher:mode single-node on this machine.";
  return [{ key: "rancher:hostname", message }];
}

/** The first gate: do the versions in the file work together? */
function versionProblems(draft: Draft<StackFile>, { cluster }: Mapping): readonly Problem[] {
  if (draft.version === undefined) return [];
  const needsCertManager = draft.tls?.source === "rancher" || draft.tls?.source === "letsEncrypt";
  return checkCompatibility({
    rancher: draft.version,
    kubernetes: draft.cluster?.version,
    certManager: needsCertManager ? draft.certManager?.version : undefined,
    chartRepository: draft.chartRepository,
    distribution: isMapping(cluster) ? String(cluster.distribution) : "",
  });
}
