import { expect, it } from "vitest";
import { scriptSizeProblems } from "../../../components/stack-file/across-keys/script-sizes.ts";
import { devSettings, dockerSettings } from "../../support/dev-stack.ts";
import { nginxBalancer, prodSettings } from "../../support/prod-stack.ts";

const pem = (bytes: number) => `-----BEGIN CERTIFICATE-----\n${"A".repeat(bytes)}\n-----END CERTIFICATE-----\n`;
const tooLarge = (key: string) => ({
  key,
  message: expect.stringMatching(
    /^is too large: it adds \d+ bytes to the script [\w-]+ for host [\w-]+, which would have \d+\. The limit is 98304\. Shorten it\.$/,
  ) as string,
});

it("a stack file of usual size passes", () => {
  expect(scriptSizeProblems(prodSettings())).toEqual([]);
  expect(scriptSizeProblems(devSettings())).toEqual([]);
});

it("reports docker.environment with its limit", () => {
  const docker = dockerSettings({ environment: { LARGE: "x".repeat(120_000) } });

  expect(scriptSizeProblems(devSettings({ docker }))).toEqual([tooLarge("rancher:docker.environment")]);
});

it("reports too many servers for a load balancer once, not for every host", () => {
  const { cluster, loadBalancer } = prodSettings();
  const servers = Array.from({ length: 2_499 }, (_, index) => ({
    ...cluster.servers[0]!,
    name: `server-${index}`,
    address: `10.1.${Math.floor(index / 250)}.${(index % 250) + 1}`,
  }));

  expect(scriptSizeProblems(prodSettings({ cluster: { ...cluster, servers }, loadBalancer }))).toEqual([
    tooLarge("rancher:cluster.servers"),
  ]);
});

it("reports thirty sites, each with a chain of 3.4 KB, but not three", () => {
  const sites = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      name: `site-${index}`,
      hostname: `site-${index}.example.com`,
      upstreams: [{ address: "192.0.2.50", port: 80 }],
      certificate: { from: "stack" as const, chain: pem(3_400) },
    }));
  const withSites = (count: number) =>
    prodSettings({
      loadBalancer: nginxBalancer({ layer: 7, sites: sites(count) }),
      tls: { source: "secret", certificate: { from: "stack", chain: pem(3_400) } },
    });

  expect(scriptSizeProblems(withSites(3))).toEqual([]);
  expect(scriptSizeProblems(withSites(30))).toEqual([tooLarge("rancher:loadBalancer.sites")]);
});

it("reports sites with the shortest settings too, whose scripts are many times as large", () => {
  const sites = Array.from({ length: 40 }, (_, index) => ({
    name: `s${index}`,
    hostname: `s${index}.b.io`,
    upstreams: [{ address: "192.0.2.9", port: 1 }],
    certificate: { from: "host" as const, certificate: `/a${index}`, privateKey: `/b${index}` },
  }));
  const settings = prodSettings({
    loadBalancer: nginxBalancer({ layer: 7, sites }),
    tls: { source: "secret", certificate: { from: "host", certificate: "/a", privateKey: "/b" } },
  });

  expect(JSON.stringify(settings).length).toBeLessThan(8_192);
  expect(scriptSizeProblems(settings)).toEqual([tooLarge("rancher:loadBalancer.sites")]);
});
