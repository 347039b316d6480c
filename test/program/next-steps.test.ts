import { describe, expect, it } from "vitest";
import { nextSteps, urlOf } from "../../components/program/next-steps.ts";
import { devNginx, devSettings, dockerHost, dockerSettings } from "../support/dev-stack.ts";
import { prodSettings } from "../support/prod-stack.ts";

const signIn = (url: string) =>
  `Sign in at ${url} as admin; the first password: pulumi stack output bootstrapPassword --show-secrets`;

describe("where people reach Rancher", () => {
  it.each([
    [prodSettings(), "https://rancher.example.com"],
    [devSettings(), "https://rancher.localhost"],
    [devSettings({ loadBalancer: devNginx({ ports: { http: 80, https: 8443 } }) }), "https://rancher.localhost:8443"],
    [devSettings({ loadBalancer: { kind: "none", ports: { http: 80, https: 443 } } }), "https://rancher.localhost"],
  ])("uses the port that clients have to name", (settings, url) => {
    expect(urlOf(settings)).toBe(url);
  });
});

describe("next steps", () => {
  it("do not mention DNS if every browser resolves the hostname to this machine", () => {
    expect(nextSteps(devSettings(), ["127.0.0.1"])).toEqual([
      "Browsers warn until they trust the generated CA: pulumi stack output caCertificate > ca.pem",
      signIn("https://rancher.localhost"),
    ]);
  });

  it("name the host's address that DNS has to point to", () => {
    const settings = devSettings({
      hostname: "rancher.example.com",
      docker: dockerSettings({ host: dockerHost }),
      tls: { source: "secret", certificate: { from: "stack", chain: "CHAIN" } },
    });

    expect(nextSteps(settings, ["192.0.2.30"])).toEqual([
      "Point rancher.example.com to 192.0.2.30 in DNS.",
      signIn("https://rancher.example.com"),
    ]);
  });

  it("name this machine for another hostname on it", () => {
    expect(nextSteps(devSettings({ hostname: "rancher.test" }), ["127.0.0.1"])).toContain(
      "Point rancher.test to 127.0.0.1 in DNS.",
    );
  });

  it("name no address with an external load balancer", () => {
    expect(nextSteps(prodSettings({ loadBalancer: { kind: "external" } }), [])).toEqual([
      "Point rancher.example.com to your load balancer in DNS.",
      signIn("https://rancher.example.com"),
    ]);
  });

  it("name no first password if Rancher's data is older than it, and name the way to a new one", () => {
    const before =
      "Sign in at https://rancher.localhost with the existing passwords: Rancher's data is older than this stack, " +
      "so the output bootstrapPassword does not apply. To reset the password of admin: docker exec -ti rancher reset-password";

    expect(nextSteps(devSettings(), ["127.0.0.1"], true).at(-1)).toBe(before);
    const docker = dockerSettings({ host: dockerHost });
    expect(nextSteps(devSettings({ docker }), ["127.0.0.1"], true).at(-1)).toBe(`${before}, on docker-1`);
  });
});
