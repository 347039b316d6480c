import type { PassThrough, Termination, Upstream } from "../../../components/load-balancer/listener.ts";
import { issue, type KeyKind } from "../../support/certificates.ts";
import type { NginxMachine } from "./nginx-machine.ts";

/** Hostname of the Rancher behind every load balancer of these tests. */
export const hostname = "rancher.example.com";

/** A certificate that is on a machine, and the CA that signed it. */
export interface PlacedCertificate {
  readonly files: { readonly certificate: string; readonly privateKey: string };
  /** PEM. */
  readonly ca: string;
}

/** Makes a certificate for a hostname, by a new CA, and puts it where nginx reads it. */
export async function placeCertificate(
  machine: Pick<NginxMachine, "place">,
  folder: string,
  options: { readonly hostname?: string; readonly kind?: KeyKind } = {},
): Promise<PlacedCertificate> {
  const name = options.hostname ?? hostname;
  const authority = await issue({ name: `CA of ${folder}`, ca: true });
  const leaf = await issue({ name, issuer: authority, hosts: [name], kind: options.kind ?? "ecdsa" });
  const files = { certificate: `/etc/nginx/tls/${folder}/chain.pem`, privateKey: `/etc/nginx/tls/${folder}/key.pem` };
  await machine.place(files.certificate, leaf.pem);
  await machine.place(files.privateKey, leaf.key, 0o600);
  return { files, ca: authority.pem };
}

/** Rancher at layer 7 on the usual ports. */
export function layer7(upstreams: readonly Upstream[], { files }: PlacedCertificate): Termination {
  const site = { name: "rancher", hostname, upstreams, certificate: files };
  return { layer: 7, name: "https", port: 443, redirectPort: 80, sites: [site] };
}

/** One port passed through at layer 4. */
export function layer4(upstreams: readonly Upstream[], port = 443): PassThrough {
  return { layer: 4, name: `port-${port}`, port, upstreams, proxyProtocol: false };
}
