import type {
  KubernetesObject,
  V1ConfigMap,
  V1DaemonSet,
  V1Deployment,
  V1IngressClass,
  V1PodTemplateSpec,
  V1Service,
} from "@kubernetes/client-node";

/** The simulated ingress controller of the cluster. */
export type IngressController = "traefik" | "ingress-nginx" | "none";

/** The simulated values of the charts. */
export interface IngressValues {
  readonly deployment?: { readonly kind?: string };
  readonly service?: { readonly spec?: { readonly externalTrafficPolicy?: string } };
  readonly ports?: Readonly<Record<string, Readonly<Record<string, { readonly trustedIPs?: readonly string[] }>>>>;
  readonly controller?: { readonly config?: Readonly<Record<string, string>> };
}

/** Name of the HelmChart of K3s (Traefik) or RKE2 (ingress-nginx). */
export const packagedCharts = { traefik: "traefik", "ingress-nginx": "rke2-ingress-nginx" } as const;

/**
 * The objects of an ingress controller in kube-system, as K3s (Traefik) and RKE2 (ingress-nginx) create them. Its pods
 * do not run: `rehearsal/fakes` serves the nodes' ports 80 and 443.
 *
 * @param values Override the charts' own, which trust no forwarded headers.
 * @see https://docs.k3s.io/networking/networking-services
 * @see https://docs.rke2.io/networking/networking_services
 */
export function ingressControllerObjects(
  controller: IngressController,
  values: IngressValues = {},
): KubernetesObject[] {
  switch (controller) {
    case "none":
      return [];
    case "traefik":
      return [ingressClass("traefik", "traefik.io/ingress-controller"), ...traefik(values)];
    case "ingress-nginx":
      return [ingressClass("nginx", "k8s.io/ingress-nginx"), ...ingressNginx(values)];
    default:
      throw new Error(`unknown ingress controller ${controller satisfies never}`);
  }
}

function ingressClass(name: string, controller: string): V1IngressClass {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "IngressClass",
    metadata: { name, annotations: { "ingressclass.kubernetes.io/is-default-class": "true" } },
    spec: { controller },
  };
}

function traefik({ deployment, service, ports = {} }: IngressValues): [V1Service, V1Deployment | V1DaemonSet] {
  const labels = { "app.kubernetes.io/name": "traefik", "app.kubernetes.io/instance": "traefik-kube-system" };
  const entryPoints = { web: ":8000/tcp", websecure: ":8443/tcp" };
  const trust = Object.entries(ports).flatMap(([port, settings]) =>
    Object.entries(settings).flatMap(([what, { trustedIPs = [] }]) =>
      trustedIPs.length > 0 ? [`--entryPoints.${port}.${what}.trustedIPs=${trustedIPs.join(",")}`] : [],
    ),
  );
  const args = [
    ...Object.entries(entryPoints).map(([name, address]) => `--entryPoints.${name}.address=${address}`),
    "--entryPoints.websecure.http.tls=true",
    "--ping=true",
    "--providers.kubernetesingress",
    ...trust,
  ];
  const template = fakePod(labels, "traefik", "rancher/mirrored-library-traefik:3.6.2", args);
  const metadata = { name: "traefik", namespace: "kube-system", labels, annotations: ofRelease("traefik") };
  const selector = { matchLabels: labels };
  const externalTrafficPolicy = service?.spec?.externalTrafficPolicy ?? "Cluster";
  const servicePorts = [
    { name: "web", port: 80, targetPort: "web" },
    { name: "websecure", port: 443, targetPort: "websecure" },
  ];
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { type: "LoadBalancer", selector: labels, ports: servicePorts, externalTrafficPolicy },
    },
    deployment?.kind === "DaemonSet"
      ? {
          apiVersion: "apps/v1",
          kind: "DaemonSet",
          metadata,
          spec: { selector, template, updateStrategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } } },
        }
      : { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { replicas: 1, selector, template } },
  ];
}

function ingressNginx({ controller }: IngressValues): [V1ConfigMap, V1DaemonSet] {
  const name = "rke2-ingress-nginx-controller";
  const labels = {
    "app.kubernetes.io/name": "rke2-ingress-nginx",
    "app.kubernetes.io/instance": "rke2-ingress-nginx",
    "app.kubernetes.io/component": "controller",
  };
  const args = [
    "/nginx-ingress-controller",
    "--controller-class=k8s.io/ingress-nginx",
    "--ingress-class=nginx",
    `--configmap=$(POD_NAMESPACE)/${name}`,
  ];
  const metadata = { name, namespace: "kube-system", labels, annotations: ofRelease("rke2-ingress-nginx") };
  return [
    { apiVersion: "v1", kind: "ConfigMap", metadata, data: { ...controller?.config } },
    {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata,
      spec: {
        selector: { matchLabels: labels },
        template: fakePod(labels, "rke2-ingress-nginx-controller", "rancher/nginx-ingress-controller:v1.14.1", args, {
          http: 80,
          https: 443,
        }),
      },
    },
  ];
}

/** Helm's labels and annotations. */
function ofRelease(name: string): Record<string, string> {
  return { "meta.helm.sh/release-name": name, "meta.helm.sh/release-namespace": "kube-system" };
}

function fakePod(
  labels: Record<string, string>,
  name: string,
  image: string,
  args: string[],
  hostPorts?: { readonly http: number; readonly https: number },
): V1PodTemplateSpec {
  const ports = [
    { name: "web", containerPort: 8000, ...(hostPorts && { hostPort: hostPorts.http }) },
    { name: "websecure", containerPort: 8443, ...(hostPorts && { hostPort: hostPorts.https }) },
  ];
  return { metadata: { labels }, spec: { containers: [{ name, image, args, ports }] } };
}
