import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer } from "node:https";
import { createSecureContext } from "node:tls";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { checkThroughBalancer } from "../../rehearsal/checks.ts";
import {
  createCertificateAuthority,
  type CertificateAuthority,
} from "../../rehearsal/kubernetes/certificate-authority.ts";
import { isRoot } from "./support/rehearsed.ts";

/** A loopback address of this test's own: the checks go to ports 80 and 443, as users do. */
const address = "127.84.19.3";
const hostname = "rancher.example.com";

interface Site {
  readonly authority: CertificateAuthority;
  /** Shows the certificate of the hostname whatever name is asked for. */
  readonly showsItToAll?: boolean;
  readonly nodes: readonly string[];
  readonly ping: string;
  readonly upgrades: boolean;
  readonly location: string;
}

describe.skipIf(!isRoot)("the checks through a balancer", () => {
  const closers: (() => Promise<unknown>)[] = [];
  let authority: CertificateAuthority;
  let foreign: CertificateAuthority;
  let good: Site;

  beforeAll(async () => {
    [authority, foreign] = (await Promise.all(["One CA", "Another CA"].map(createCertificateAuthority))) as [
      CertificateAuthority,
      CertificateAuthority,
    ];
    good = {
      authority,
      nodes: ["server-1", "server-2"],
      ping: "pong",
      upgrades: true,
      location: `https://${hostname}/dashboard`,
    };
  });
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  /** Serves a site, and gives what the checks found: true, or what a failed one saw. */
  const check = async (site: Site): Promise<Record<string, true | string>> => {
    await serve(site, closers);
    const caCertificate = authority.certificate;
    const results = await checkThroughBalancer({ hostname, address, caCertificate, nodes: ["server-1", "server-2"] });
    return Object.fromEntries(results.map(({ name, passed, seen }) => [name, passed || seen]));
  };
  const allPass = {
    "HTTPS answers with the expected certificate": true,
    "a foreign host name gets no certificate of ours": true,
    "HTTP leads to HTTPS": true,
    "a websocket opens": true,
    "every node is reached": true,
  };

  it("pass where everything is as it should be", async () => {
    expect(await check(good)).toEqual(allPass);
  });

  it("tell which node never answers", async () => {
    expect(await check({ ...good, nodes: ["server-2"] })).toEqual({
      ...allPass,
      "every node is reached": "server-1 never answered; server-2 did",
    });
  });

  it("tell what answers in Rancher's place", async () => {
    expect(await check({ ...good, ping: "404 page not found", upgrades: false })).toEqual({
      ...allPass,
      "HTTPS answers with the expected certificate": "/ping answered 200 404 page not found",
      "a websocket opens": "the upgrade was answered with 401",
    });
  });

  it("tell when a certificate is shown to everyone, or HTTP leads elsewhere", async () => {
    expect(await check({ ...good, showsItToAll: true, location: "https://198.51.100.1/dashboard" })).toEqual({
      ...allPass,
      "a foreign host name gets no certificate of ours": "other.example.com is shown our certificate",
      "HTTP leads to HTTPS": "port 80 answered 302, location https://198.51.100.1/dashboard",
    });
  });

  it("believe no certificate that another CA signed", async () => {
    const found = await check({ ...good, authority: foreign });

    expect(found["HTTPS answers with the expected certificate"]).toMatch(/unable to verify|self-signed|issuer/);
    expect(found["a websocket opens"]).not.toBe(true);
    expect(found["every node is reached"]).not.toBe(true);
  });

  it("tell that nothing listens", async () => {
    const results = await checkThroughBalancer({
      hostname,
      address,
      caCertificate: authority.certificate,
      nodes: ["server-1"],
    });

    expect(results.filter(({ name }) => name !== "a foreign host name gets no certificate of ours")).toEqual(
      results
        .slice(0, 1)
        .concat(results.slice(2))
        .map((result) => ({
          ...result,
          passed: false,
          seen: expect.stringContaining("ECONNREFUSED"),
        })),
    );
  });
});

async function serve(site: Site, closers: (() => Promise<unknown>)[]): Promise<void> {
  const issue = async (name: string) => {
    const pair = await site.authority.issue({ commonName: name, hosts: [name], usage: "server" });
    return { cert: pair.certificate, key: pair.key };
  };
  const [own, other] = await Promise.all([issue(hostname), issue("default.example.net")]);
  let asked = 0;
  const answer: RequestListener = ({ url }, response) => {
    const node = site.nodes[asked++ % site.nodes.length] ?? "";
    const status = url === "/ping" ? 200 : 401;
    response.writeHead(status, { "x-rehearsal-node": node }).end(site.ping);
  };
  const https = createServer(
    {
      ...(site.showsItToAll ? own : other),
      SNICallback: (name, done) =>
        done(null, createSecureContext(name === hostname || site.showsItToAll ? own : other)),
    },
    answer,
  );
  if (site.upgrades) {
    https.on("upgrade", (_, socket) => {
      socket.end("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    });
  }
  const http = createHttpServer((_, response) => response.writeHead(302, { location: site.location }).end());
  for (const [server, port] of [
    [https, 443],
    [http, 80],
  ] as const) {
    server.listen(port, address);
    await once(server, "listening");
    closers.push(async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    });
  }
}
