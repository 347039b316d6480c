import { checkCompatibility } from "../../program/compatibility.ts";
import type { Problem } from "../../program/problem.ts";
import { checkAdditionalCAs } from "../keys/tls/additional-ca-rules.ts";
import { balancerHosts } from "../keys/load-balancer/parsed-balancer.ts";
import { chartValueProblems } from "../keys/chart-values/chart-value-rules.ts";
import { floatingAddressProblems } from "../keys/load-balancer/floating-address-rules.ts";
import { checkHostKeys } from "../keys/hosts/host-key-rules.ts";
import { hostProblems } from "../keys/hosts/host-rules.ts";
import { hstsProblems } from "../keys/load-balancer/hsts-rules.ts";
import { layerProblems } from "./layer-rules.ts";
import { isMapping } from "../reading/mapping.ts";
import type { Mapping } from "../reading/mapping.ts";
import { portProblems } from "./port-rules.ts";
import type { Findings, Reading } from "../reading/reading.ts";
import type { HighAvailabilityFile } from "../high-availability-schema.ts";
import type { Parsed } from "../reading/parsed.ts";
import { neededSecrets, secretProblems } from "../keys/secrets/secret-rules.ts";
import { selfConnectionProblems } from "./self-connection-rules.ts";
import { checkSites } from "../keys/load-balancer/site-rules.ts";
import { checkTls } from "../keys/tls/tls-rules.ts";
import { rancherWarnings } from "../../program/support-warnings.ts";
import { highAvailabilityWarnings } from "./high-availability-warnings.ts";
import { removeSecretCommand } from "../keys/secrets/secret-keys.ts";

/** Rules between the keys of a high-availability stack. */
export function highAvailabilityFindings(parsed: Parsed<HighAvailabilityFile>, reading: Reading): Findings {
  const { values, invalid, secrets, isSet, context } = reading;
  const hosts = balancerHosts(parsed).map((host, index) => ({ key: `rancher:loadBalancer.hosts[${index}]`, host }));
  const hostKeys = checkHostKeys({ ssh: parsed.ssh, hosts }, invalid);
  const tls = checkTls(parsed, { ...context, privateKey: secrets.tlsPrivateKey });
  const authorities = checkAdditionalCAs("rancher:tls.additionalTrustedCAs", parsed.tls?.additionalTrustedCAs, context);
  const sites = checkSites(parsed, { ...context, privateKey: secrets.sitePrivateKeys });
  return {
    problems: [
      ...hostnameProblems(parsed),
      ...hostProblems(parsed, invalid),
      ...hostKeys.problems,
      ...versionProblems(parsed, values),
      ...layerProblems(parsed, invalid),
      ...portProblems(parsed),
      ...selfConnectionProblems(parsed),
      ...floatingAddressProblems(parsed, invalid),
      ...hstsProblems(parsed),
      ...sites.problems,
      ...tls.problems,
      ...authorities.problems,
      ...neededSecrets(parsed, isSet, invalid),
      ...(isSet("k3sRegistries") ? [registriesProblem] : []),
      ...secretProblems(secrets, isSet),
      ...(isMapping(parsed.chartValues) ? chartValueProblems(parsed.chartValues, parsed.version) : []),
    ],
    warnings: [
      ...hostKeys.warnings,
      ...sites.warnings,
      ...tls.warnings,
      ...authorities.warnings,
      ...rancherWarnings(parsed.version, context.now),
      ...highAvailabilityWarnings(parsed),
    ],
    certificates: {
      rancher: tls.certificate,
      caCertificate: tls.caCertificate,
      additionalTrustedCAs: authorities.pem,
      sites: sites.certificates,
    },
  };
}

const registriesProblem: Problem = {
  key: "rancher:k3sRegistries",
  message:
    "is set, but it is for the K3s inside Rancher's container on a single node. Configure registries.yaml in your cluster itself, " +
    `and remove this: ${removeSecretCommand("k3sRegistries")}`,
};

/** RFC 6761: every machine resolves names under localhost to itself, and so does every pod. */
function hostnameProblems({ hostname }: Parsed<HighAvailabilityFile>): readonly Problem[] {
  if (hostname === undefined || !hostname.endsWith(".localhost")) return [];
  const message =
    `is ${hostname}, which every machine resolves to itself, so agents would not find Rancher. Choose a name ` +
    "that resolves to the load balancer, or rancher:mode single-node on this machine.";
  return [{ key: "rancher:hostname", message }];
}

/** The first gate: whether the versions in the file are compatible. */
function versionProblems(parsed: Parsed<HighAvailabilityFile>, { cluster }: Mapping): readonly Problem[] {
  if (parsed.version === undefined) return [];
  const needsCertManager = parsed.tls?.source === "rancher" || parsed.tls?.source === "letsEncrypt";
  return checkCompatibility({
    rancher: parsed.version,
    kubernetes: parsed.cluster?.version,
    certManager: needsCertManager ? parsed.certManager?.version : undefined,
    chartRepository: parsed.chartRepository,
    distribution: isMapping(cluster) ? String(cluster.distribution) : "",
  });
}
