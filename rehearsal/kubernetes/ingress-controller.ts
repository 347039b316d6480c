import type {
  KubernetesObject,
  V1DaemonSet,
  V1Deployment,
  V1IngressClass,
  V1PodTemplateSpec,
} from "@kubernetes/client-node";

/** Which ingress controller the cluster looks as if it had. */
export type IngressController = "traefik" | "ingress-nginx" | "none";

/**
 * The objects by which one recognises an ingress controller, as K3s (Traefik) and RKE2 (ingress-nginx) leave them in
 * kube-system. The pods are played: what answers on a node's ports 80 and 443 is `rehearsal/played`.
 *
 * @param trusted Networks whose forwarded headers the controller believes; none by default, as both have it.
 * @see https://docs.k3s.io/networking/networking-services
 * @see https://docs.rke2.io/networking/networking_services
 */
export function ingressControllerObjects(
  controller: IngressController,
  trusted: readonly string[] = [],
): KubernetesObject[] {
  switch (controller) {
    case "none":
      return [];
    case "traefik":
      return [ingressClass("traefik", "traefik.io/ingress-controller"), traefik(trusted)];
    case "ingress-nginx":
      return [ingressClass("nginx", "k8s.io/ingress-nginx"), ...ingressNginx(trusted)];
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

function traefik(trusted: readonly string[]): V1Deployment {
  const labels = { "app.kubernetes.io/name": "traefik", "app.kubernetes.io/instance": "traefik-kube-system" };
  const entryPoints = { web: ":8000/tcp", websecure: ":8443/tcp" };
  const args = [
    ...Object.entries(entryPoints).map(([name, address]) => `--entryPoints.${name}.address=${address}`),
    "--entryPoints.websecure.http.tls=true",
    "--ping=true",
    "--providers.kubernetesingress",
    ...(trusted.length > 0 ? [`--entryPoints.web.forwardedHeaders.trustedIPs=${trusted.join(",")}`] : []),
  ];
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "traefik", namespace: "kube-system", labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: playedPod(labels, "traefik", "rancher/mirrored-library-traefik:3.6.2", args),
    },
  };
}

function ingressNginx(trusted: readonly string[]): [KubernetesObject & { data: Record<string, string> }, V1DaemonSet] {
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
  return [
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace: "kube-system", labels },
      data: trusted.length > 0 ? { "use-forwarded-headers": "true", "proxy-real-ip-cidr": trusted.join(",") } : {},
    },
    {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name, namespace: "kube-system", labels },
      spec: {
        selector: { matchLabels: labels },
        template: playedPod(labels, "rke2-ingress-nginx-controller", "rancher/nginx-ingress-controller:v1.14.1", args),
      },
    },
  ];
}

function playedPod(labels: Record<string, string>, name: string, image: string, args: string[]): V1PodTemplateSpec {
  const ports = [
    { name: "web", containerPort: 8000 },
    { name: "websecure", containerPort: 8443 },
  ];
  return { metadata: { labels }, spec: { containers: [{ name, image, args, ports }] } };
}
