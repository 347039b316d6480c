import { expect, it } from "vitest";
import { planTls, type TlsPlan } from "../../components/tls/tls-plan.ts";
import type { TlsSettings } from "../../components/stack-file.ts";

const nothing = { certManager: false, acme: false, ingressSecret: false, privateCA: false };

const table: [string, TlsSettings, string | undefined, TlsPlan][] = [
  [
    "rancher: cert-manager signs with Rancher's own CA, which agents get from Rancher",
    { source: "rancher" },
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
    "letsEncrypt staging, with no class to name",
    { source: "letsEncrypt", email: "ops@example.com", environment: "staging" },
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
    { source: "secret", certificateChain: "CHAIN" },
    "traefik",
    {
      ...nothing,
      ingressSecret: true,
      agentTLSMode: "system-store",
      chartValues: { tls: "ingress", ingress: { tls: { source: "secret" } }, privateCA: false },
    },
  ],
  [
    "secret with a private CA, which Rancher hands to its agents",
    { source: "secret", certificateChain: "CHAIN", caCertificate: "CA" },
    undefined,
    {
      ...nothing,
      ingressSecret: true,
      privateCA: true,
      agentTLSMode: "strict",
      chartValues: { tls: "ingress", ingress: { tls: { source: "secret" } }, privateCA: true },
    },
  ],
];

it.each(table)("%s", (_, tls, ingressClass, plan) => {
  expect(planTls(tls, ingressClass)).toEqual(plan);
});
