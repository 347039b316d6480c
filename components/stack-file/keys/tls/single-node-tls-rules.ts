import type { Problem } from "../../../program/problem.ts";
import type { Parsed } from "../../reading/parsed.ts";
import type { SingleNodeFile } from "../../single-node-schema.ts";

/** What terminates TLS needs the certificate: nginx one from outside Rancher, Rancher without nginx its own. */
export function singleNodeTlsProblems({ tls, loadBalancer, docker }: Parsed<SingleNodeFile>): readonly Problem[] {
  const problems: Problem[] = [];
  const report = (key: string, message: string) => problems.push({ key: `rancher:${key}`, message });
  if (loadBalancer?.kind === "none" && tls?.source !== undefined && tls.source !== "rancher")
    report(
      "tls.source",
      `is ${tls.source}, which nginx serves, but rancher:loadBalancer.kind is none: Rancher then has its own ` +
        "certificate. Leave rancher:tls out, or choose kind: nginx.",
    );
  if (loadBalancer?.kind === "nginx" && tls?.source === "rancher")
    report(
      "tls.source",
      "is rancher, whose certificate is created inside Rancher's container, but TLS ends at nginx. Choose " +
        "generated, a CA created on the host, or secret, with your own certificate.",
    );
  if (docker?.host === "local" && tls?.source === "secret")
    for (const part of ["certificate", "chain", "privateKey"] as const)
      if (typeof tls[part] === "object")
        report(
          `tls.${part}`,
          "is a file on the Docker host, which is this machine. Give certificate and chain as local paths, and " +
            "the key as the secret rancher:tlsPrivateKey.",
        );
  return problems;
}
