import { once } from "node:events";

import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";

import {
  type CertificateAuthority,
  createCertificateAuthority,
  type KeyPair,
} from "../../../../rehearsal/kubernetes/certificate-authority.ts";
import { type IngressListener, openIngressListener } from "../../../../rehearsal/fakes/ingress/ingress-listener.ts";
import { ask, askAfter } from "../ask.ts";

const address = "127.0.0.1";
const host = "rancher.example.com";

let authority: CertificateAuthority;
let defaultCertificate: KeyPair;
let certificate: KeyPair;
beforeAll(async () => {
  authority = await createCertificateAuthority("test authority");
  defaultCertificate = await createCertificateAuthority("default certificate");
  certificate = await authority.issue({ commonName: host, hosts: [host], usage: "server" });
});

let listener: IngressListener;
afterEach(() => listener.close());

interface Options {
  readonly trustedForwarders?: string[];
  readonly proxies?: string[];
  readonly onlyProxies?: boolean;
  readonly redirect?: number;
  readonly isRouted?: boolean;
}

async function open(options: Options = {}) {
  const { trustedForwarders = [], proxies = [], onlyProxies = false, redirect, isRouted = true } = options;
  const ports = { http: 0, https: 0 };
  listener = await openIngressListener({ node: "server-1", address, ports, defaultCertificate });
  const trust = { forwarders: trustedForwarders, proxies: { http: proxies, https: proxies }, onlyProxies };
  if (isRouted) listener.route([{ host, certificate, ...(redirect !== undefined && { redirect }) }], trust);
}
const http = (path: string, headers: Record<string, string> = {}, name = host) =>
  ask({ address, port: listener.ports.http, host: name, tls: false }, path, headers);
const https = (path: string, headers: Record<string, string> = {}, name = host) =>
  ask({ address, port: listener.ports.https, host: name, tls: true }, path, headers);

describe("the listener of a node", () => {
  it("serves a host with its certificate and names the node", async () => {
    await open();

    const answer = await https("/ping");

    expect(answer).toMatchObject({ status: 200, body: "pong", headers: { "x-rehearsal-node": "server-1" } });
    expect(answer.certificate!.checkHost(host)).toBe(host);
  });

  it("shows the default certificate and 404 for an unknown host", async () => {
    await open();

    const answer = await https("/ping", {}, "other.example.com");

    expect(answer).toMatchObject({ status: 404, body: "404 page not found\n" });
    expect(answer.certificate!.subject).toBe("CN=default certificate");
  });

  it("serves nothing before it is configured, and nothing after the route is deleted", async () => {
    await open({ isRouted: false });
    expect((await https("/ping")).status).toBe(404);

    listener.route([{ host, certificate }]);
    expect((await https("/ping")).status).toBe(200);

    listener.route([]);
    const answer = await https("/ping");
    expect(answer.status).toBe(404);
    expect(answer.certificate!.subject).toBe("CN=default certificate");
  });

  it("redirects port 80 to HTTPS: by Rancher's 302, or by the ingress' own status", async () => {
    await open();
    expect(await http("/dashboard/")).toMatchObject({
      status: 302,
      headers: { location: `https://${host}/dashboard/` },
    });
    await listener.close();

    await open({ redirect: 308 });
    expect(await http("/ping")).toMatchObject({ status: 308, headers: { location: `https://${host}/ping` } });
  });

  it("ignores the headers of an untrusted balancer, so that the client is redirected forever", async () => {
    await open({ trustedForwarders: ["192.0.2.0/24"] });

    const answer = await http("/dashboard/", { "x-forwarded-proto": "https" });

    expect(answer).toMatchObject({ status: 302, headers: { "x-rehearsal-scheme": "http" } });
  });

  it("trusts a balancer in a trusted network, also when it reports http", async () => {
    await open({ trustedForwarders: ["192.0.2.0/24", "127.0.0.0/8"] });

    expect((await http("/dashboard/", { "x-forwarded-proto": "https" })).status).toBe(200);
    expect((await https("/dashboard/", { "x-forwarded-proto": "http" })).status).toBe(302);
    expect((await http("/dashboard/", { "x-forwarded-proto": "nonsense" })).status).toBe(302);
  });

  describe("and a PROXY line", () => {
    const line = "PROXY TCP4 203.0.113.7 192.0.2.10 40000 443\r\n";
    const after = (text: string, tls: boolean) =>
      askAfter(text, { address, host, port: tls ? listener.ports.https : listener.ports.http, tls }, "/ping");

    it.each([true, false])("accepts it from a trusted balancer, and uses its client address (TLS: %s)", async (tls) => {
      await open({ proxies: ["127.0.0.0/8"] });

      expect(await after(line, tls)).toMatch(/^HTTP\/1\.1 200 [^]*x-rehearsal-client: 203\.0\.113\.7\r\n/);
    });

    it("serves a trusted balancer without one, as Traefik does", async () => {
      await open({ proxies: ["127.0.0.0/8"] });

      expect(await https("/ping")).toMatchObject({ status: 200, headers: { "x-rehearsal-client": "127.0.0.1" } });
      expect(await after("", false)).toContain("x-rehearsal-client: 127.0.0.1");
    });

    it("treats it as a broken request from any other client", async () => {
      await open({ proxies: ["192.0.2.0/24"] });

      expect(await after(line, true)).toBe("");
      expect(await after(line, false)).not.toContain("200");
    });

    it("serves no client without one if the controller requires it from all, as ingress-nginx does", async () => {
      await open({ proxies: ["127.0.0.0/8"], onlyProxies: true });

      expect(await after("", false)).toBe("");
      expect(await after(line, true)).toContain("x-rehearsal-client: 203.0.113.7");
    });
  });

  it("echoes on the agents' websocket, and on no other path", async () => {
    await open();
    // ws passes `servername` to TLS, but its types lack it.
    const options = { ca: authority.certificate, servername: host, headers: { host } };
    const connect = (path: string) => new WebSocket(`wss://${address}:${listener.ports.https}${path}`, options);

    const socket = connect("/v3/connect");
    const upgraded = once(socket, "upgrade") as Promise<[{ headers: Record<string, string> }]>;
    await once(socket, "open");
    socket.send("hello");

    expect(String((await once(socket, "message"))[0])).toBe("hello");
    expect((await upgraded)[0].headers["x-rehearsal-node"]).toBe("server-1");
    socket.terminate();
    const refused = connect("/dashboard/");
    expect(String((await once(refused, "error"))[0])).toContain("Unexpected server response: 200");
  });

  it("redirects a plain websocket, like any plain request", async () => {
    await open();
    const socket = new WebSocket(`ws://${address}:${listener.ports.http}/v3/connect`, { headers: { host } });

    expect(String((await once(socket, "error"))[0])).toContain("Unexpected server response: 302");
  });

  it("counts requests", async () => {
    await open();
    await https("/ping");
    await http("/dashboard/");
    await http("/ping", {}, "other.example.com");

    expect(listener.counters()).toEqual({ http: 2, https: 1, websockets: 0, redirected: 1, unknownHost: 1 });
  });

  it("rejects a certificate with another certificate's key and keeps the old one", async () => {
    await open();
    const { key } = defaultCertificate;

    expect(() => listener.route([{ host, certificate: { certificate: certificate.certificate, key } }])).toThrow();

    expect((await https("/ping")).certificate!.checkHost(host)).toBe(host);
  });

  it("reports a port that is in use, and leaves the other free", async () => {
    await open();
    const { http: taken } = listener.ports;
    const again = (ports: { http: number; https: number }) =>
      openIngressListener({ node: "server-1", address, ports, defaultCertificate });

    await expect(again({ http: taken, https: 0 })).rejects.toThrow("EADDRINUSE");
    await expect(again({ http: 0, https: taken })).rejects.toThrow("EADDRINUSE");
  });
});
