import { describe, expect, it } from "vitest";
import { defaultBalancerOptions } from "../../components/load-balancer/balancer-options.ts";
import { balancerCertificates, rancherListeners } from "../../components/load-balancer/rancher-listeners.ts";
import type { HaproxySettings, NginxSettings, HighAvailabilitySettings } from "../../components/stack-file/settings.ts";
import { devSettings } from "../support/dev-stack.ts";
import { nginxBalancer, prodSettings } from "../support/prod-stack.ts";

const servers = ["192.0.2.11", "192.0.2.12", "192.0.2.13"];
const at = (port: number) => servers.map((address) => ({ address, port }));
const healthCheck = { path: "/healthz", hostname: "rancher.example.com" };
const chain = "-----BEGIN CERTIFICATE-----";

const wiki = {
  name: "wiki",
  hostname: "wiki.example.com",
  upstreams: [{ address: "wiki.internal.example.com", port: 8080 }],
  certificate: { from: "stack", chain: "WIKI" },
} as const;
const ping = {
  name: "ping",
  hostname: "ping.example.com",
  upstreams: [{ address: "192.0.2.40", port: 80 }],
  certificate: { from: "host", certificate: "/etc/ssl/ping.pem", privateKey: "/etc/ssl/ping.key" },
} as const;

function stack(
  balancer: Partial<NginxSettings>,
  tls: HighAvailabilitySettings["tls"] = { source: "rancher" },
): HighAvailabilitySettings {
  return prodSettings({ loadBalancer: nginxBalancer(balancer), tls });
}
const fromStack: HighAvailabilitySettings["tls"] = { source: "secret", certificate: { from: "stack", chain } };
const atLayer7 = (balancer: Partial<NginxSettings> = {}) => stack({ layer: 7, ...balancer }, fromStack);

describe("rancherListeners at layer 4", () => {
  it("passes both ports through to every server", () => {
    expect(rancherListeners(stack({}))).toEqual([
      { layer: 4, name: "http", port: 80, upstreams: at(80), proxyProtocol: false },
      { layer: 4, name: "https", port: 443, upstreams: at(443), proxyProtocol: false, healthCheck },
    ]);
  });

  it("uses custom ports and NodePorts, and the PROXY protocol on both", () => {
    const listeners = rancherListeners(
      stack({ ports: { http: 8080, https: 8443 }, upstreamPorts: { http: 30080, https: 30443 }, proxyProtocol: true }),
    );

    expect(listeners).toEqual([
      { layer: 4, name: "http", port: 8080, upstreams: at(30080), proxyProtocol: true },
      { layer: 4, name: "https", port: 8443, upstreams: at(30443), proxyProtocol: true, healthCheck },
    ]);
  });

  it("are the same for HAProxy", () => {
    const { hosts, ports, upstreamPorts } = nginxBalancer();
    const haproxy: HaproxySettings = {
      ...{ kind: "haproxy", layer: 4, hosts, ports, upstreamPorts, proxyProtocol: false },
      options: defaultBalancerOptions,
    };

    expect(rancherListeners(prodSettings({ loadBalancer: haproxy }))).toEqual(rancherListeners(stack({})));
  });

  it.each(["external", "none"] as const)("are none if the balancer is %s", (kind) => {
    expect(rancherListeners(prodSettings({ loadBalancer: { kind } }))).toEqual([]);
  });
});

describe("rancherListeners at layer 7", () => {
  it("ends TLS for Rancher and sends plain HTTP to every server", () => {
    expect(rancherListeners(atLayer7())).toEqual([
      {
        layer: 7,
        name: "https",
        port: 443,
        redirectPort: 80,
        sites: [
          {
            name: "rancher",
            hostname: "rancher.example.com",
            upstreams: at(80),
            certificate: {
              certificate: expect.stringMatching(/^\/etc\/nginx\/tls\/rancher\.[0-9a-f]{16}\/chain\.pem$/),
              privateKey: expect.stringMatching(/^\/etc\/nginx\/tls\/rancher\.[0-9a-f]{16}\/key\.pem$/),
            },
          },
        ],
      },
    ]);
  });

  it("restricts /version to some addresses, on Rancher's site alone", () => {
    const [listener] = rancherListeners(atLayer7({ versionAccess: ["192.0.2.0/24"], sites: [wiki] }));

    expect(listener).toMatchObject({
      sites: [{ restricted: { paths: ["/version", "/rancherversion"], allow: ["192.0.2.0/24"] } }, { name: "wiki" }],
    });
    expect(listener?.layer === 7 && listener.sites[1]).not.toHaveProperty("restricted");
  });

  it("serves further sites after Rancher, each with its own upstreams and certificate", () => {
    const [listener] = rancherListeners(atLayer7({ sites: [wiki, ping], upstreamPorts: { http: 30080, https: 1 } }));

    expect(listener?.layer === 7 && listener.sites).toMatchObject([
      { name: "rancher", upstreams: at(30080) },
      { name: "wiki", hostname: "wiki.example.com", upstreams: wiki.upstreams },
      {
        name: "ping",
        upstreams: ping.upstreams,
        certificate: { certificate: "/etc/nginx/tls/ping/chain.pem", privateKey: "/etc/nginx/tls/ping/key.pem" },
      },
    ]);
  });

  it("give a renewed certificate another path, so that the configuration changes", () => {
    const renewed: HighAvailabilitySettings["tls"] = {
      source: "secret",
      certificate: { from: "stack", chain: "RENEWED" },
    };

    expect(rancherListeners(stack({ layer: 7 }, renewed))).not.toEqual(rancherListeners(atLayer7()));
  });
});

describe("balancerCertificates", () => {
  const keyOf = (certificate: string) => `KEY OF ${certificate}`;

  it("are Rancher's and the sites', each with its key, and files on the host by their paths alone", () => {
    expect(balancerCertificates(atLayer7({ sites: [wiki, ping] }), keyOf)).toEqual([
      { name: "rancher", hostname: "rancher.example.com", from: "stack", chain, privateKey: "KEY OF rancher" },
      { name: "wiki", hostname: "wiki.example.com", from: "stack", chain: "WIKI", privateKey: "KEY OF wiki" },
      { name: "ping", hostname: "ping.example.com", ...ping.certificate },
    ]);
  });

  it("are none at layer 4, where they are the cluster's", () => {
    expect(balancerCertificates(stack({}, fromStack), keyOf)).toEqual([]);
  });

  it("are the host's files if they are generated there, and cannot be without them", () => {
    const files = { certificate: "/var/lib/certificate.pem", privateKey: "/var/lib/key.pem" };

    expect(balancerCertificates(devSettings(), keyOf, files)).toEqual([
      { name: "rancher", hostname: "rancher.localhost", from: "host", ...files },
    ]);
    expect(() => balancerCertificates(devSettings(), keyOf)).toThrow(
      "there are no files of the certificate for rancher.localhost",
    );
  });
});
