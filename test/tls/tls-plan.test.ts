import { describe, expect, it } from "vitest";
import { planTls, tlsTerminator, type TlsTerminator, type TlsPlan } from "../../components/tls/tls-plan.ts";
import type { TlsSettings } from "../../components/stack-file/settings.ts";
import { nginxBalancer } from "../support/prod-stack.ts";

const nothing = {
  certManager: false,
  acme: false,
  ingressSecret: false,
  privateCA: false,
  trustForwardedHeaders: false,
};
const certificate = { from: "stack", chain: "CHAIN" } as const;

const table: [string, TlsSettings, TlsTerminator, string | undefined, TlsPlan][] = [
  [
    "rancher: cert-manager signs with Rancher's own CA, which agents get from Rancher",
    { source: "rancher" },
    "ingress",
    "traefik",
    {
      ...nothing,
      certManager: true,
      agentTLSMode: "strict",
      chartValues: { tls: "ingress", ingress: { tls: { source: "rancher" } } },
    },
  ],
  [
    "letsEncrypt: ACME through the ingress class that serves Rancher",
    { source: "letsEncrypt", email: "ops@example.com", environment: "production" },
    "ingress",
    "traefik",
    {
      ...nothing,
      certManager: true,
      acme: true,
      agentTLSMode: "system-store",
      chartValues: {
        tls: "ingress",
        ingress: { tls: { source: "letsEncrypt" } },
        letsEncrypt: { email: "ops@example.com", environment: "production", ingress: { class: "traefik" } },
      },
    },
  ],
  [
    "letsEncrypt staging, without an ingress class",
    { source: "letsEncrypt", email: "ops@example.com", environment: "staging" },
    "ingress",
    undefined,
    {
      ...nothing,
      certManager: true,
      acme: true,
      agentTLSMode: "system-store",
      chartValues: {
        tls: "ingress",
        ingress: { tls: { source: "letsEncrypt" } },
        letsEncrypt: { email: "ops@example.com", environment: "staging" },
      },
    },
  ],
  [
    "secret: a certificate of a public CA, which every agent's host trusts",
    { source: "secret", certificate },
    "ingress",
    "traefik",
    {
      ...nothing,
      ingressSecret: true,
      agentTLSMode: "system-store",
      chartValues: { tls: "ingress", ingress: { tls: { source: "secret" } }, privateCA: false },
    },
  ],
  [
    "secret with a private CA, which Rancher gives to its agents",
    { source: "secret", certificate, caCertificate: "CA" },
    "ingress",
    undefined,
    {
      ...nothing,
      ingressSecret: true,
      privateCA: true,
      agentTLSMode: "strict",
      chartValues: { tls: "ingress", ingress: { tls: { source: "secret" } }, privateCA: true },
    },
  ],
  [
    "secret at layer 7: the balancer shows it, so the ingress has neither certificate nor redirect, and must trust it",
    { source: "secret", certificate },
    "balancer",
    "traefik",
    {
      ...nothing,
      agentTLSMode: "system-store",
      trustForwardedHeaders: true,
      chartValues: { tls: "external", ingress: { tls: { source: "secret" } }, privateCA: false },
    },
  ],
  [
    "secret with a private CA at layer 7, by files that only the balancer's hosts have",
    {
      source: "secret",
      certificate: { from: "host", certificate: "/etc/ssl/rancher.pem", privateKey: "/etc/ssl/rancher.key" },
      caCertificate: "CA",
    },
    "balancer",
    "traefik",
    {
      ...nothing,
      privateCA: true,
      agentTLSMode: "strict",
      trustForwardedHeaders: true,
      chartValues: { tls: "external", ingress: { tls: { source: "secret" } }, privateCA: true },
    },
  ],
];

it.each(table)("%s", (_, tls, terminator, ingressClass, plan) => {
  expect(planTls(tls, terminator, ingressClass)).toEqual(plan);
});

describe("TLS ends", () => {
  it.each([
    ["at the ingress behind layer 4", nginxBalancer(), "ingress"],
    ["at the balancer with layer 7", nginxBalancer({ layer: 7 }), "balancer"],
    ["at the ingress behind an external balancer", { kind: "external" }, "ingress"],
    ["at the ingress without a balancer", { kind: "none" }, "ingress"],
  ] as const)("%s", (_, loadBalancer, terminator) => {
    expect(tlsTerminator(loadBalancer)).toBe(terminator);
  });
});
