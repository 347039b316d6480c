import type {
  CertificateFiles,
  Listener,
  PassThrough,
  Site,
  Termination,
} from "../../../components/load-balancer/listener.ts";
import type { NginxOptions } from "../../../components/load-balancer/nginx/config/nginx-options.ts";
import type { NginxBuild } from "../../../components/load-balancer/nginx/config/nginx-template.ts";
import { rendered } from "./rendered.ts";

/** Files every variant's sites have. */
export const certificate: CertificateFiles = {
  certificate: "/etc/nginx/tls/test/chain.pem",
  privateKey: "/etc/nginx/tls/test/key.pem",
};

export const servers = ["192.0.2.11", "192.0.2.12", "192.0.2.13"];

export function layer4(overrides: Partial<PassThrough> = {}): PassThrough {
  const upstreams = servers.map((address) => ({ address, port: 443 }));
  return { layer: 4, name: "https", port: 443, upstreams, proxyProtocol: false, ...overrides };
}

export function site(overrides: Partial<Site> = {}): Site {
  const upstreams = servers.map((address) => ({ address, port: 80 }));
  return { name: "rancher", hostname: "rancher.example.com", upstreams, certificate, ...overrides };
}

export function layer7(sites: readonly Site[] = [site()], overrides: Partial<Termination> = {}): Termination {
  return { layer: 7, name: "https", port: 443, redirectPort: 80, sites, ...overrides };
}

const named = (address: string, port = 80) => ({ address, port });
const restricted = { paths: ["/version", "/rancherversion"], allow: ["192.0.2.0/24", "2001:db8::/32"] };
const wiki = site({ name: "wiki-2", hostname: "wiki.example.com", upstreams: [named("192.0.2.50", 3000)] });

const manyNodes = Array.from({ length: 250 }, (_, index) => named(`2001:db8::${(index + 1).toString(16)}`));

/** Upstreams behind a balancer. */
export const specs: Readonly<Record<string, readonly Listener[]>> = {
  "both ports at layer 4": [
    layer4({ name: "http", port: 80, upstreams: servers.map((address) => ({ address, port: 80 })) }),
    layer4(),
  ],
  "one server at layer 4": [layer4({ upstreams: [named("192.0.2.11", 30443)] })],
  "PROXY protocol": [layer4({ proxyProtocol: true })],
  "a name at layer 4": [layer4({ upstreams: [named("ingress.example.com", 443)] })],
  "IPv6 upstreams": [
    layer4({ name: "kube-api", port: 6443, upstreams: [named("2001:db8::11"), named("2001:db8::12")] }),
  ],
  "hundreds of nodes at both layers": [
    layer4({ name: "https-4", port: 8443, upstreams: manyNodes }),
    layer7([site({ upstreams: manyNodes })]),
  ],
  "layer 7": [layer7()],
  "layer 7 with restricted paths": [layer7([site({ restricted })])],
  "layer 7 with paths for nobody": [layer7([site({ restricted: { paths: ["/version/"], allow: [] } })])],
  "layer 7 on other ports": [layer7([site()], { port: 8443, redirectPort: 8080 })],
  "layer 7 with a name": [layer7([site({ upstreams: [named("rancher-server")] })])],
  "several sites": [layer7([site({ restricted }), wiki])],
  "the longest hostname": [layer7([site({ name: "n".repeat(63), hostname: `${"l".repeat(61)}.`.repeat(4) + "test" })])],
  "both layers": [
    layer4({ name: "kube-api", port: 6443, upstreams: [named("192.0.2.11", 6443)] }),
    layer7([site(), wiki]),
  ],
};

/** Configurations that only a newer nginx supports. */
export const newerSpecs: Readonly<Record<string, readonly Listener[]>> = {
  "several names at layer 4": [layer4({ upstreams: [named("one.example.com", 443), named("two.example.com", 443)] })],
  "a name and an address": [layer7([site({ upstreams: [named("rancher-server"), named("192.0.2.11")] })])],
};

/** Options to combine. */
export const choices: Readonly<Record<string, Partial<NginxOptions>>> = {
  defaults: {},
  "everything on": {
    method: "round_robin",
    ipv6: true,
    gzip: true,
    logFormat: "json",
    statusPort: 18405,
    resolvers: ["192.0.2.53", "2001:db8::53"],
    hsts: { maxAge: 300, includeSubDomains: false, preload: true },
    maxBodySize: "1g",
    timeouts: { connect: 30, idle: 60, shutdown: 5 },
    failover: { maxFails: 3, failTimeout: 5, tries: 1 },
  },
  "everything off": { http2: false, hsts: false, maxBodySize: "0" },
};

export const logs = ["files", "container"] as const;

/** Builds whose lines differ. Debian's builds are used for a real check. */
export const builds: Readonly<Record<string, NginxBuild>> = {
  bookworm: build("1.22.1", "3.0.17"),
  "nginx 1.23": build("1.23.2", "1.1.1"),
  "nginx 1.24": build("1.24.0", "3.0.13"),
  "nginx 1.25": build("1.25.5", "3.2.2"),
  trixie: build("1.26.3", "3.5.1"),
  sid: build("1.30.6", "3.5.4"),
  container: { ...build("1.30.4", "3.5.1"), workerUser: "nginx", loadModules: "", resolvers: "127.0.0.11" },
};

export function build(nginx: string, openssl: string): NginxBuild {
  return {
    nginx,
    openssl,
    workerUser: "www-data",
    loadModules: "include /etc/nginx/modules-enabled/*.conf;",
    resolvers: "192.0.2.53",
  };
}

export interface Variant {
  /** `layer 7, defaults, files` */
  readonly name: string;
  readonly template: string;
}

/** Every configuration with every option and both kinds of logs. */
export function variantsOf(some: Readonly<Record<string, readonly Listener[]>>): Variant[] {
  return Object.entries(some).flatMap(([shape, listeners]) =>
    Object.entries(choices).flatMap(([choice, options]) =>
      logs.map((kind) => ({
        name: `${shape}, ${choice}, ${kind}`,
        template: rendered(listeners, options, kind),
      })),
    ),
  );
}
