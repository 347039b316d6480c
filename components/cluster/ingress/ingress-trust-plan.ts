import { isIP } from "node:net";
import { stringify } from "yaml";
import type { ControllerKind, RunningController } from "./ingress-controllers.ts";
import type { IngressFindings } from "./ingress-findings.ts";
import { trustsAll } from "./trusted-networks.ts";

/** How the load balancer passes on client addresses, which the ingress controller must trust. */
export type ClientAddressSource = "forwardedHeaders" | "proxyProtocol";

/** Charts of ingress controllers that K3s and RKE2 install, by the name of their HelmChart. */
export type PackagedChart = "traefik" | "rke2-traefik" | "rke2-ingress-nginx";

export interface IngressTrustArgs {
  readonly clientAddressSource: ClientAddressSource;
  /** Controller of the IngressClass that serves Rancher. */
  readonly controller: ControllerKind;
  /** Addresses the load balancer's hosts connect from. */
  readonly balancers: readonly string[];
  readonly findings: IngressFindings;
}

/** How to make the ingress controller trust the load balancer, or why that is not possible. */
export type IngressTrustPlan =
  | { readonly kind: "there" }
  | {
      readonly kind: "set";
      readonly chart: PackagedChart;
      /** YAML, merged over the chart's values. */
      readonly valuesContent: string;
    }
  | { readonly kind: "refused"; readonly reason: string };

const packagedCharts: Readonly<Record<PackagedChart, ControllerKind>> = {
  traefik: "traefik",
  "rke2-traefik": "traefik",
  "rke2-ingress-nginx": "ingress-nginx",
};

/**
 * A HelmChartConfig of this stack stays in the plan, so that a second run, which finds the trust in place, keeps the
 * object.
 */
export function planIngressTrust(args: IngressTrustArgs): IngressTrustPlan {
  const { balancers, findings } = args;
  const names = balancers.filter((address) => isIP(address) === 0);
  if (names.length > 0) {
    return refused(
      `trusts IP addresses, and ${names.join(", ")} is a name. Give the host its IP address as privateAddress.`,
    );
  }
  const chart = packagedChart(args);
  const config = findings.chartConfigs.find(({ name }) => name === chart);
  if (chart !== undefined && (config === undefined || config.owned)) {
    return { kind: "set", chart, valuesContent: yaml(valuesOf(chart, args)) };
  }
  const running = controllersOf(args);
  if (running.length > 0 && running.every((controller) => trusts(controller, args))) return { kind: "there" };
  return refused(remedy(args, chart, running));
}

/** Whether the running controllers trust the balancers, in every pod. */
export function trustIsLive(args: IngressTrustArgs): boolean {
  const running = controllersOf(args);
  return running.length > 0 && running.every((controller) => trusts(controller, args) && controller.rolledOut);
}

/** The relevant controllers: those of the packaged chart's release, otherwise every controller of the kind. */
function controllersOf(args: IngressTrustArgs): readonly RunningController[] {
  const chart = packagedChart(args);
  const ofKind = args.findings.controllers.filter(({ kind }) => kind === args.controller);
  return chart === undefined
    ? ofKind
    : ofKind.filter(({ namespace, release }) => namespace === "kube-system" && release === chart);
}

function packagedChart({ controller, findings }: IngressTrustArgs): PackagedChart | undefined {
  return (Object.keys(packagedCharts) as PackagedChart[]).find(
    (chart) => packagedCharts[chart] === controller && findings.packagedCharts.includes(chart),
  );
}

function trusts(running: RunningController, { clientAddressSource, balancers }: IngressTrustArgs): boolean {
  const networks = running[clientAddressSource];
  return trustsAll(networks, balancers) && (networks === "everybody" || !running.hidesClients);
}

function refused(reason: string): IngressTrustPlan {
  return { kind: "refused", reason };
}

function remedy(
  args: IngressTrustArgs,
  chart: PackagedChart | undefined,
  running: readonly RunningController[],
): string {
  const text = yaml(valuesOf(chart ?? foreignChart(args.controller), args)).trimEnd();
  if (chart !== undefined) {
    return (
      `is configured by a HelmChartConfig ${chart} in kube-system that is not this stack's, and lacks this ` +
      `trust. Merge this into its valuesContent, wait until the controller has restarted, and run again:\n${indented(text)}`
    );
  }
  const hidden = running
    .filter(({ hidesClients }) => hidesClients)
    .map(({ namespace, name }) => `${namespace}/${name}`);
  const why =
    running.length === 0
      ? `was not found as a Deployment or DaemonSet`
      : hidden.length > 0
        ? `does not see client addresses: the Service of ${hidden.join(", ")} has externalTrafficPolicy Cluster, or the trust is missing`
        : `(${running.map(({ namespace, name }) => `${namespace}/${name}`).join(", ")}) does not have this trust`;
  return `${why}. Apply these values to its Helm chart, wait until it has restarted, and run again:\n${indented(text)}`;
}

/** Readable for users, too: a repeated address is written out, not aliased. */
function yaml(values: object): string {
  return stringify(values, { aliasDuplicateObjects: false });
}

function indented(text: string): string {
  return text.replace(/^/gm, "  ");
}

/** Values of the vendors' charts, from which both distributions' charts derive. */
function foreignChart(controller: ControllerKind): PackagedChart {
  return controller === "traefik" ? "traefik" : "rke2-ingress-nginx";
}

/**
 * Values that make a chart's controller trust only the balancers.
 *
 * https://github.com/traefik/traefik-helm-chart/blob/master/traefik/values.yaml,
 * https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/configmap/
 */
function valuesOf(chart: PackagedChart, { clientAddressSource, balancers }: IngressTrustArgs): object {
  switch (chart) {
    case "traefik":
      return {
        // K3s' ServiceLB hides client addresses unless traffic stays on the node, and then every node needs a pod.
        deployment: { kind: "DaemonSet" },
        service: { spec: { externalTrafficPolicy: "Local" } },
        ports: traefikPorts(balancers),
      };
    case "rke2-traefik":
      return { ports: traefikPorts(balancers) };
    case "rke2-ingress-nginx":
      return {
        controller: {
          config: {
            [clientAddressSource === "forwardedHeaders" ? "use-forwarded-headers" : "use-proxy-protocol"]: "true",
            // Without it every client that reaches a node could forge its address.
            "proxy-real-ip-cidr": balancers.join(","),
          },
        },
      };
    default:
      return chart satisfies never;
  }
}

/**
 * Covers both sources of client addresses, so that a stack can switch between them without a change here. Traefik
 * accepts connections from trusted addresses with and without the PROXY protocol (pkg/server/server_entrypoint_tcp.go).
 * A client cannot exploit either: at layer 7 nginx sets the headers itself, and with the PROXY protocol Traefik would
 * have to trust the client's own address.
 */
function traefikPorts(trustedIPs: readonly string[]): object {
  return {
    web: { forwardedHeaders: { trustedIPs }, proxyProtocol: { trustedIPs } },
    websecure: { proxyProtocol: { trustedIPs } },
  };
}
