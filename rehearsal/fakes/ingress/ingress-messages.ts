import type { KeyPair } from "../../kubernetes/certificate-authority.ts";

/** The setup of one node's listeners: the first line of their standard input. */
export interface ListenerSetup {
  readonly node: string;
  readonly address: string;
  /** 80 and 443 on a node; 0 for a free one. */
  readonly ports: { readonly http: number; readonly https: number };
  /** The default certificate, for unknown names. */
  readonly defaultCertificate: KeyPair;
  /** Unix socket of a genuine Rancher server. @default a fake Rancher */
  readonly rancherSocket?: string;
}

/** Trusted networks, such as `192.0.2.0/24`. */
export interface Trust {
  /** Trusted senders of X-Forwarded-* headers. */
  readonly forwarders: readonly string[];
  /** Trusted senders of a PROXY line, on each port. A sender without one is the client, unless `onlyProxies`. */
  readonly proxies: { readonly http: readonly string[]; readonly https: readonly string[] };
  /** Connections without a PROXY line are closed, as by ingress-nginx. */
  readonly onlyProxies: boolean;
}

/** A host name that is forwarded to Rancher. */
export interface Route {
  /** Lower case. */
  readonly host: string;
  readonly certificate?: KeyPair;
  /** Status of the ingress controller's redirect to HTTPS; if absent, Rancher redirects. */
  readonly redirect?: number;
}

/** Every later line of input: new routes and trusted networks, or a query. */
export type ToListener = { readonly routes: readonly Route[]; readonly trust: Trust } | { readonly ask: "counters" };

/** Every line of output: the open ports, or an answer to a query. */
export type FromListener =
  | { readonly listening: { readonly http: number; readonly https: number } }
  | { readonly routes: number }
  | { readonly counters: Counters }
  | { readonly failed: string };

/** Requests since the start. */
export interface Counters {
  readonly http: number;
  readonly https: number;
  readonly websockets: number;
  /** The part of `http` and `https` that was redirected to HTTPS, or got 404 because no Ingress has the host. */
  readonly redirected: number;
  readonly unknownHost: number;
}
