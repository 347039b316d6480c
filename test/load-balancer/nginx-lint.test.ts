import { describe, expect, it } from "vitest";
import { fillNginxTemplate } from "../../components/load-balancer/nginx/config/nginx-template.ts";
import { lint } from "../support/nginx-lint/lint.ts";
import { builds, newerSpecs, specs, variantsOf } from "./support/nginx-variants.ts";

/** Accepted findings, and the reason. */
const exceptions: Readonly<Record<string, string>> = {
  // Kubernetes watches and logs through Rancher must be streamed. For Rancher's site only.
  proxy_buffering_off: "slow clients hold upstreams",
  // The line exists only in builds that run with OpenSSL 3.5 or newer.
  ssl_ecdh_curve: "OpenSSL before 3.5 refuses all of it for X25519MLKEM768",
};

describe.each(Object.entries(builds))("lint of the configuration rendered for %s", (_, build) => {
  const newer = build.nginx.startsWith("1.30") ? newerSpecs : {};

  it.each(variantsOf({ ...specs, ...newer }))("finds only the exceptions: $name", ({ template }) => {
    const { text } = fillNginxTemplate(template, build);

    const findings = lint(text);

    expect(findings.filter(({ rule, why }) => exceptions[rule] !== why)).toEqual([]);
    expect(findings.filter(({ rule }) => rule === "proxy_buffering_off").length).toBeLessThanOrEqual(1);
    if (build.openssl < "3.5") expect(findings.map(({ rule }) => rule)).not.toContain("ssl_ecdh_curve");
  });
});
