import type { Formatter } from "picocolors/types.js";
import { urlOf } from "../../components/program/next-steps.ts";
import type { Problem } from "../../components/program/problem.ts";
import type { ReadSettings, StackFileSource } from "../../components/stack-file/stack-file.ts";
import type { HighAvailabilitySettings, Settings, SingleNodeSettings } from "../../components/stack-file/settings.ts";
import { isMapping, type Mapping } from "../../components/stack-file/reading/mapping.ts";
import { modeSchemaMeant } from "../../components/stack-file/mode-schemas.ts";
import { secretNames, type SecretName } from "../../components/stack-file/keys/secrets/secret-keys.ts";

/** The colours of a report. All return plain text if colours are off. */
export interface Colours {
  readonly bold: Formatter;
  readonly dim: Formatter;
  readonly red: Formatter;
  readonly green: Formatter;
  readonly yellow: Formatter;
}

/** What cannot be checked without the text of a secret. */
const uncheckedOfSecrets: Readonly<Record<SecretName, string>> = {
  kubeconfig: "whether it is a kubeconfig",
  sshPrivateKey: "whether it is a private key, and needs a passphrase",
  sshPrivateKeyPassword: "whether it decrypts the SSH key",
  tlsPrivateKey: "whether it matches the certificate",
  sitePrivateKeys: "whether it contains the key of each site's certificate",
  bootstrapPassword: "whether it is long enough",
  proxyCredentials: "whether it is USER:PASSWORD",
  chartRepositoryCredentials: "whether it is USER:PASSWORD",
  k3sRegistries: "whether it is a registries.yaml",
};

/** What `check-config` prints: every problem, or a summary of the stack; then what was not checked. */
export function configReport(
  file: string,
  source: Pick<StackFileSource, "sealed" | "values">,
  read: ReadSettings,
  colours: Colours,
): { readonly text: string; readonly wrong: boolean } {
  const { bold, dim, green, red, yellow } = colours;
  const wrong = "problems" in read;
  const head = wrong
    ? [
        red(`${bold(file)} has ${count(read.problems.length, "problem")}:`),
        "",
        ...read.problems.flatMap(listItem(red, bold)),
      ]
    : [green(`${bold(file)} is valid.`), "", ...summary(read.settings)];
  const warnings = read.warnings.flatMap(listItem(yellow, bold));
  const unchecked = notChecked(source, wrong).map((what) => `  ${dim(what)}`);
  return {
    text: [
      ...head,
      ...(warnings.length === 0 ? [] : ["", yellow("Warnings:"), "", ...warnings]),
      "",
      dim("Not checked:"),
      ...unchecked,
    ].join("\n"),
    wrong,
  };
}

function listItem(mark: Formatter, bold: Formatter) {
  return ({ key, message }: Problem) => [`  ${mark("-")} ${bold(key)} ${message}`];
}

function summary(settings: Settings): readonly string[] {
  return settings.mode === "single-node" ? singleNode(settings) : highAvailability(settings);
}

function singleNode(settings: SingleNodeSettings): readonly string[] {
  const { version, docker, loadBalancer, tls } = settings;
  const { host, engine, image } = docker;
  const where = host.kind === "local" ? "this machine's Docker engine" : `Docker on ${host.name}`;
  return [
    `  url            ${urlOf(settings)}`,
    `  Rancher        ${version}, ${image}`,
    `  host           ${where}${engine === "install" ? ", installed by this stack" : ""}`,
    `  load balancer  ${balancerOnHost(loadBalancer)}`,
    `  certificate    ${tls.source}`,
  ];
}

function balancerOnHost(settings: SingleNodeSettings["loadBalancer"]): string {
  if (settings.kind === "none") return "none: Rancher serves clients itself, with its own certificate";
  const { runAs, image, layer, ports, sites } = settings;
  const container = runAs === "container" ? ` in a container (${image})` : "";
  const others = sites.length === 0 ? "" : `, also serving ${names(sites)}`;
  return `nginx${container} at layer ${layer}, ports ${ports.http} and ${ports.https}${others}`;
}

function highAvailability({
  hostname,
  version,
  replicas,
  cluster,
  loadBalancer,
  tls,
  chartRepository,
}: HighAvailabilitySettings): readonly string[] {
  const kubernetes = cluster.version === undefined ? "" : `, Kubernetes ${cluster.version}`;
  return [
    `  url            https://${hostname}`,
    `  Rancher        ${version}, ${count(replicas, "replica")}, from ${chartRepository}`,
    `  cluster        ${cluster.distribution}${kubernetes}`,
    `  load balancer  ${balancer(loadBalancer, cluster.servers)}`,
    `  certificate    ${tls.source}`,
  ];
}

function balancer(
  settings: HighAvailabilitySettings["loadBalancer"],
  servers: HighAvailabilitySettings["cluster"]["servers"],
): string {
  switch (settings.kind) {
    case "nginx":
    case "haproxy": {
      const container = settings.kind === "nginx" && settings.runAs === "container";
      const how = `${settings.kind}${container ? ` in a container (${settings.image})` : ""} at layer ${settings.layer}`;
      const at = settings.floatingAddress === undefined ? "" : `, at ${settings.floatingAddress.address}`;
      const sites = settings.kind === "nginx" ? settings.sites : [];
      const others = sites.length === 0 ? "" : `, also serving ${names(sites)}`;
      return `${how} on ${names(settings.hosts)}${at}, in front of ${names(servers)}${others}`;
    }
    case "external":
    case "none":
      return settings.kind;
    default:
      return settings satisfies never;
  }
}

function names(hosts: readonly { readonly name: string }[]): string {
  return hosts.map(({ name }) => name).join(", ");
}

/** What cannot be checked without a connection. */
const uncheckedOffline: Readonly<Record<Settings["mode"], string>> = {
  "single-node": "the Docker host: whether it answers, and is large enough",
  "high-availability": "the hosts: whether they answer, with the pinned keys",
};

/** What a preview checks. */
function checkedAtPreview({ mode, chartValues }: Mapping): readonly string[] {
  if (mode === "single-node") return ["the currently running version"];
  const hasValues = isMapping(chartValues) && Object.keys(chartValues).length > 0;
  return [
    ...(hasValues ? ["the chart: whether it has the values in chartValues"] : []),
    "the cluster: its version, ingress controller and workloads",
  ];
}

function notChecked(
  { sealed = [], values }: Pick<StackFileSource, "sealed" | "values">,
  wrong: boolean,
): readonly string[] {
  const { mode } = modeSchemaMeant(values);
  const secrets = secretNames.filter((name) => sealed.includes(name));
  return [
    ...secrets.map((name) => `rancher:${name} is encrypted: ${uncheckedOfSecrets[name]}`),
    uncheckedOffline[mode],
    ...checkedAtPreview({ ...values, mode }).map((what) => (wrong ? what : `${what}; pulumi preview does`)),
  ];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
