import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { defaultBalancerOptions } from "../../../components/load-balancer/balancer-options.ts";
import type { HighAvailabilitySettings } from "../../../components/stack-file/settings.ts";
import { renderedStack } from "../../../operations/report/rendered-stack.ts";
import { devSettings, rancherImage } from "../../support/dev-stack.ts";
import { balancerHost, nginxBalancer, prodSettings } from "../../support/prod-stack.ts";

const render = (settings: Partial<HighAvailabilitySettings>) =>
  renderedStack("prod", prodSettings(settings), ["sshPrivateKey"]);
const hosts = [balancerHost(), balancerHost({ name: "lb-2", address: "192.0.2.20" })];
const onHost = { from: "host", certificate: "/etc/ssl/r.pem", privateKey: "/etc/ssl/r.key" } as const;
const tls = { source: "secret", certificate: onHost } as const;
const trustFile = "cluster/kube-system/helmchartconfig-traefik.yaml";

describe("a rendered stack", () => {
  it("has each host's nginx configuration beside its scripts", async () => {
    const files = await render({ loadBalancer: nginxBalancer({ hosts }) });

    expect([...files.keys()]).toEqual([
      "cluster/cattle-system/release-rancher.yaml",
      "cluster/cert-manager/release-cert-manager.yaml",
      "cluster/namespace-cattle-system.yaml",
      "cluster/namespace-cert-manager.yaml",
      ...["lb-1", "lb-2"].flatMap((name) => [
        `hosts/${name}/base.create.sh`,
        `hosts/${name}/base.delete.sh`,
        `hosts/${name}/base.update.sh`,
        `hosts/${name}/library.sh`,
        `hosts/${name}/nginx.conf`,
        `hosts/${name}/nginx.create.sh`,
        `hosts/${name}/nginx.delete.sh`,
      ]),
    ]);
    expect(files.get("hosts/lb-1/nginx.conf")).toMatch(/^stream \{/m);
  });

  it("at layer 7 has the values for the ingress controller, and a configuration that ends TLS", async () => {
    const wiki = {
      name: "wiki",
      hostname: "wiki.example.com",
      upstreams: [{ address: "192.0.2.31", port: 8080 }],
      certificate: { from: "stack", chain: "CHAIN" } as const,
    };
    const files = await render({ tls, loadBalancer: nginxBalancer({ layer: 7, hosts, sites: [wiki] }) });

    const { spec } = parse(files.get(trustFile) ?? "") as { spec: { valuesContent: string } };
    expect(parse(spec.valuesContent)).toMatchObject({
      ports: { web: { forwardedHeaders: { trustedIPs: ["192.0.2.10", "192.0.2.20"] } } },
    });
    expect(parse(files.get("cluster/cattle-system/release-rancher.yaml") ?? "")).toMatchObject({ tls: "external" });
    const configuration = files.get("hosts/lb-2/nginx.conf");
    expect(configuration).toContain("server_name rancher.example.com;");
    expect(configuration).toContain("server_name wiki.example.com;");
    expect(configuration).not.toContain("@@");
    expect(files.get("hosts/lb-2/nginx.create.sh")).toContain("/etc/ssl/r.pem");
  });

  it("has RKE2's ingress-nginx values in their own form", async () => {
    const { cluster } = prodSettings();
    const files = await render({
      tls,
      cluster: { ...cluster, ingressController: "ingress-nginx" },
      loadBalancer: nginxBalancer({ layer: 7 }),
    });

    expect(files.get("cluster/kube-system/helmchartconfig-rke2-ingress-nginx.yaml")).toContain("use-forwarded-headers");
  });

  it("has HAProxy's configuration if that is the load balancer", async () => {
    const { hosts, ports, upstreamPorts, proxyProtocol } = nginxBalancer();
    const options = defaultBalancerOptions;
    const loadBalancer = { kind: "haproxy", layer: 4, hosts, ports, upstreamPorts, proxyProtocol, options } as const;
    const files = await render({ loadBalancer });

    expect(files.get("hosts/lb-1/haproxy.cfg")).toContain("server");
    expect([...files.keys()].join(" ")).not.toMatch(/nginx/);
  });

  it("contacts no registry for a container's image, and prints a placeholder for the digest", async () => {
    const files = await render({ loadBalancer: nginxBalancer({ runAs: "container", image: "nginx:1.30.4" }) });

    expect(files.get("hosts/lb-1/nginx-container.create.sh")).toContain("nginx:1.30.4@sha256:ASKED-AT-PREVIEW");
    expect(files.get("hosts/lb-1/nginx.conf")).toContain("/dev/stdout");
  });

  it("of a single node has the container without secrets, and nginx's configuration", async () => {
    const files = await renderedStack("dev", devSettings(), ["bootstrapPassword"]);

    expect([...files.keys()].map((path) => path.replace(/^hosts\/local\//, ""))).toEqual(
      expect.arrayContaining(["docker/container-rancher.yaml", "nginx.conf", "rancher-data.create.sh"]),
    );
    expect(parse(files.get("docker/container-rancher.yaml") ?? "")).toMatchObject({
      name: "rancher",
      image: rancherImage,
      privileged: true,
      envs: ["[secret]"],
    });
    expect(files.get("hosts/local/nginx.conf")).toContain("server_name rancher.localhost;");
  });
});
