import { describe, expect, it } from "vitest";
import { rancherValues, type RancherValuesArgs } from "../../components/rancher/rancher-values.ts";
import { planTls } from "../../components/tls/tls-plan.ts";

const args: RancherValuesArgs = {
  hostname: "rancher.example.com",
  replicas: 3,
  tls: planTls({ source: "rancher" }, "ingress", "traefik"),
  ingressClass: "traefik",
  ingressNginx: false,
  additionalTrustedCAs: false,
  chartValues: {},
};

const computed = {
  hostname: "rancher.example.com",
  replicas: 3,
  tls: "ingress",
  agentTLSMode: "strict",
  ingress: { ingressClassName: "traefik", tls: { source: "rancher" } },
};

const table: [string, Partial<RancherValuesArgs>, Record<string, unknown>][] = [
  ["a plain stack", {}, computed],
  ["further CAs", { additionalTrustedCAs: true }, { ...computed, additionalTrustedCAs: true }],
  [
    "ingress-nginx gets the chart's timeouts, which are off by default since 2.14",
    { ingressClass: "nginx", ingressNginx: true },
    {
      ...computed,
      ingress: { ingressClassName: "nginx", includeDefaultExtraAnnotations: true, tls: { source: "rancher" } },
    },
  ],
  ["no ingress class", { ingressClass: undefined }, { ...computed, ingress: { tls: { source: "rancher" } } }],
  [
    "Let's Encrypt",
    { tls: planTls({ source: "letsEncrypt", email: "ops@example.com", environment: "staging" }, "ingress", "traefik") },
    {
      ...computed,
      agentTLSMode: "system-store",
      ingress: { ingressClassName: "traefik", tls: { source: "letsEncrypt" } },
      letsEncrypt: { email: "ops@example.com", environment: "staging", ingress: { class: "traefik" } },
    },
  ],
  [
    "a private CA",
    {
      tls: planTls(
        { source: "secret", certificate: { from: "stack", chain: "CHAIN" }, caCertificate: "CA" },
        "ingress",
        "traefik",
      ),
    },
    { ...computed, ingress: { ingressClassName: "traefik", tls: { source: "secret" } }, privateCA: true },
  ],
  [
    "the user's own values, merged into maps",
    { chartValues: { ingress: { extraAnnotations: { a: "b" } }, auditLog: { level: 1 } } },
    { ...computed, ingress: { ...computed.ingress, extraAnnotations: { a: "b" } }, auditLog: { level: 1 } },
  ],
  [
    "the user's own values take precedence, lists and scalars as a whole",
    { chartValues: { replicas: 1, ingress: { ingressClassName: "mine" }, extraEnv: [{ name: "A", value: "1" }] } },
    {
      ...computed,
      replicas: 1,
      ingress: { ingressClassName: "mine", tls: { source: "rancher" } },
      extraEnv: [{ name: "A", value: "1" }],
    },
  ],
  ["null removes a value, as in Helm", { chartValues: { ingress: null } }, { ...computed, ingress: null }],
];

describe("rancherValues", () => {
  it.each(table)("%s", (_, overrides, values) => {
    expect(rancherValues({ ...args, ...overrides })).toEqual(values);
  });

  it("does not change its input", () => {
    const chartValues = Object.freeze({ ingress: Object.freeze({ extraAnnotations: Object.freeze({ a: "b" }) }) });

    expect(() => rancherValues({ ...args, chartValues })).not.toThrow();
    expect(planTls({ source: "rancher" }, "ingress", "traefik").chartValues).toEqual(args.tls.chartValues);
  });
});
