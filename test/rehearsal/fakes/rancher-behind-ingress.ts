import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import {
  type ClientRequest,
  createServer,
  type IncomingMessage,
  request as plainRequest,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

import { openRelay, type Relay } from "../../../rehearsal/genuine-rancher/relay.ts";
import { createCertificateAuthority } from "../../../rehearsal/kubernetes/certificate-authority.ts";
import { type IngressListener, openIngressListener } from "../../../rehearsal/fakes/ingress/ingress-listener.ts";
import { ask, type Seen } from "./ask.ts";

export const address = "127.0.0.1";
export const host = "rancher.example.com";

/** A listener of a node, the relay, and behind them a server whose responses a test defines. */
export interface RancherBehindIngress {
  listener: IngressListener;
  readonly relay: Relay;
  /** The server that responds now. */
  rancher: Server;
  handle: (request: IncomingMessage, response: ServerResponse) => void;
  /** Opens the listener anew. */
  trust(forwarders: string[]): Promise<void>;
  startRancher(): Promise<void>;
  stopRancher(): Promise<void>;
  https(requested: string, headers?: Record<string, string>, name?: string): Promise<Seen>;
  http(requested: string, headers?: Record<string, string>): Promise<Seen>;
  /** A request to the plain port. The caller sends its body. */
  open(method: string, headers?: Record<string, string | number>): ClientRequest;
  /** Makes the server respond with the request, as JSON. */
  echoHeaders(): void;
  close(): Promise<void>;
}

export async function startRancherBehindIngress(): Promise<RancherBehindIngress> {
  const folder = await mkdtemp(path.join(tmpdir(), "forwarding-"));
  const relay = await openRelay(path.join(folder, "rancher.sock"));
  const defaultCertificate = await createCertificateAuthority("default certificate");
  const openListener = async (trustedForwarders: string[]) => {
    const ports = { http: 0, https: 0 };
    const setup = { node: "server-1", address, ports, defaultCertificate, rancherSocket: relay.socket };
    const listener = await openIngressListener(setup);
    const trust = { forwarders: trustedForwarders, proxies: { http: [], https: [] }, onlyProxies: false };
    listener.route([{ host }], trust);
    return listener;
  };
  const server = async () => {
    const started = createServer((request, response) => all.handle(request, response)).listen(0, address);
    await once(started, "listening");
    relay.leadTo((started.address() as AddressInfo).port);
    return started;
  };
  const all: RancherBehindIngress = {
    relay,
    listener: await openListener([]),
    rancher: await server(),
    handle: (_, response) => void response.end(),
    trust: async (forwarders) => {
      await all.listener.close();
      all.listener = await openListener(forwarders);
    },
    startRancher: async () => void (all.rancher = await server()),
    stopRancher: async () => {
      if (!all.rancher.listening) return;
      all.rancher.close();
      all.rancher.closeAllConnections();
      await once(all.rancher, "close");
    },
    https: (requested, headers = {}, name = host) =>
      ask({ address, port: all.listener.ports.https, host: name, tls: true }, requested, headers),
    http: (requested, headers = {}) =>
      ask({ address, port: all.listener.ports.http, host, tls: false }, requested, headers),
    open: (method, headers = {}) =>
      plainRequest({
        ...{ host: address, port: all.listener.ports.http, method, path: "/", agent: false },
        headers: { host, ...headers },
      }),
    echoHeaders: () => {
      all.handle = ({ headers, url }, response) => void response.end(JSON.stringify({ url, headers }));
    },
    close: async () => {
      await all.listener.close();
      await relay.close();
      await all.stopRancher();
      await rm(folder, { recursive: true });
    },
  };
  return all;
}
