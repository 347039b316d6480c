import type { KeyPair } from "../kubernetes/certificate-authority.ts";

/** How the listeners of one node are set up; the first line on their standard input. */
export interface ListenerSetup {
  readonly node: string;
  readonly address: string;
  /** 80 and 443 on a node; 0 takes a free one. */
  readonly ports: { readonly http: number; readonly https: number };
  /** Shown for names that nobody serves, as every ingress controller has one. */
  readonly defaultCertificate: KeyPair;
  /** Unix socket that leads to a genuine Rancher server. @default none: Rancher is played */
  readonly rancherSocket?: string;
}

/** Networks that are believed, such as `192.0.2.0/24`. */
export interface Trust {
  /** Whose X-Forwarded-* headers. */
  readonly forwarders: readonly string[];
  /** Whose PROXY line, on each port. Without one they are taken for the client, unless `onlyProxies`. */
  readonly proxies: { readonly http: readonly string[]; readonly https: readonly string[] };
  /** Whoever sends no PROXY line is not served, as with ingress-nginx. */
  readonly onlyProxies: boolean;
}

/** One host name that leads to Rancher. */
export interface Route {
  /** Lower case. */
  readonly host: string;
  readonly certificate?: KeyPair;
  /** The status by which the ingress itself leads plain requests to HTTPS; without it Rancher does. */
  readonly redirect?: number;
}

/** Every later line of input: everything that is served and believed from now on, or a question. */
export type ToListener = { readonly routes: readonly Route[]; readonly trust: Trust } | { readonly ask: "counters" };

/** Every line of output: the ports, once they are open, or an answer. */
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
  /** Of `http` and `https`: led to HTTPS, and answered with 404 because no Ingress names the host. */
  readonly redirected: number;
  readonly unknownHost: number;
}
