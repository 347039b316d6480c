import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer } from "node:https";
import { createSecureContext } from "node:tls";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { checkThroughBalancer, isOverHttps } from "../../rehearsal/checks.ts";
import {
  createCertificateAuthority,
  type CertificateAuthority,
} from "../../rehearsal/kubernetes/certificate-authority.ts";
import { isRoot } from "./support/rehearsed.ts";

/** A loopback address for this test alone: the checks use ports 80 and 443, as users do. */
const address = "127.84.19.3";
const hostname = "rancher.example.com";
const wiki = "wiki.example.com";

interface Site {
  readonly authority: CertificateAuthority;
  /** Shows the certificate of the hostname for any requested name. */
  readonly showsItToAll?: boolean;
  readonly nodes: readonly string[];
  readonly ping: string;
  readonly upgrades: boolean;
  readonly location: string;
  /** Redirect target of a page, if any. */
  readonly detour?: string;
  /** Name in the certificate that is shown for the further site. @default its own */
  readonly siteCertificate?: string;
  /** Whether a node responds for the further site. @default true */
  readonly siteNode?: boolean;
}

describe("isOverHttps", () => {
  const target = { hostname, address, caCertificate: "", nodes: [] };
  const elsewhere = { ...target, ports: { http: 8080, https: 8443 } };

  it.each([
    [target, `https://${hostname}/dashboard`, true],
    [target, `https://${hostname}:8443/dashboard`, false],
    [target, `http://${hostname}/dashboard`, false],
    [target, `https://${hostname}.example.net/`, false],
    [target, undefined, false],
    [elsewhere, `https://${hostname}:8443/dashboard`, true],
    [elsewhere, `https://${hostname}/dashboard`, true],
    [elsewhere, `https://${hostname}:9443/dashboard`, false],
  ])("%#: %j, %s: %s", (of, location, expected) => {
    expect(isOverHttps(location, of)).toBe(expected);
  });
});

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

  /** Serves a site, and returns the results of the checks: true, or what a failed one saw. */
  const check = async (site: Site): Promise<Record<string, true | string>> => {
    await serve(site, closers);
    const caCertificate = authority.certificate;
    const target = { hostname, address, caCertificate, nodes: ["server-1", "server-2"] };
    const results = await checkThroughBalancer({ ...target, sites: [{ name: "wiki", hostname: wiki }] });
    return Object.fromEntries(results.map(({ name, passed, seen }) => [name, passed || seen]));
  };
  const allPass = {
    "HTTPS answers with the expected certificate": true,
    "a page does not redirect forever": true,
    "another host name does not get the stack's certificate": true,
    "HTTP leads to HTTPS": true,
    "a websocket opens": true,
    "every node is reached": true,
    "site wiki answers": true,
  };

  it("pass for a working site", async () => {
    expect(await check(good)).toEqual(allPass);
  });

  it("report a node that never responds", async () => {
    expect(await check({ ...good, nodes: ["server-2"] })).toEqual({
      ...allPass,
      "every node is reached": "server-1 never answered; server-2 did",
    });
  });

  it("report what responds in Rancher's place", async () => {
    expect(await check({ ...good, ping: "404 page not found", upgrades: false })).toEqual({
      ...allPass,
      "HTTPS answers with the expected certificate": "/ping answered 200 404 page not found",
      "a websocket opens": "the upgrade was answered with 401",
    });
  });

  it("report a certificate that is shown for every name, and an HTTP redirect to elsewhere", async () => {
    expect(await check({ ...good, showsItToAll: true, location: "https://198.51.100.1/dashboard" })).toEqual({
      ...allPass,
      "another host name does not get the stack's certificate": "other.example.com gets the stack's certificate",
      "HTTP leads to HTTPS": "port 80 answered 302, location https://198.51.100.1/dashboard",
      "site wiki answers": expect.stringContaining("does not match"),
    });
  });

  it.each([`https://${hostname}/dashboard/`, "/dashboard/"])("tell that a page leads to itself: %s", async (detour) => {
    expect(await check({ ...good, detour })).toEqual({
      ...allPass,
      "a page does not redirect forever":
        "/dashboard/ answered 302 and redirects to itself: the ingress treats HTTPS as plain HTTP",
    });
  });

  it("do not follow a redirect to elsewhere", async () => {
    expect(await check({ ...good, detour: "/dashboard/auth/login" })).toEqual(allPass);
  });

  it("report a site that no node responds to, or that has another site's certificate", async () => {
    const site = "site wiki answers";
    expect((await check({ ...good, siteNode: false }))[site]).toBe(
      `https://${wiki} answered 200, but not from a node of the cluster`,
    );
    for (const close of closers.splice(0)) await close();
    expect((await check({ ...good, siteCertificate: "default.example.net" }))[site]).toMatch(/does not match/);
  });

  it("reject a certificate that another CA signed", async () => {
    const found = await check({ ...good, authority: foreign });

    expect(found["HTTPS answers with the expected certificate"]).toMatch(/unable to verify|self-signed|issuer/);
    expect(found["a websocket opens"]).not.toBe(true);
    expect(found["every node is reached"]).not.toBe(true);
  });

  it("report that nothing listens", async () => {
    const results = await checkThroughBalancer({
      hostname,
      address,
      caCertificate: authority.certificate,
      nodes: ["server-1"],
    });

    const asked = results.filter(({ name }) => name !== "another host name does not get the stack's certificate");
    expect(asked).toHaveLength(5);
    for (const { passed, seen } of asked) {
      expect(seen).toContain("ECONNREFUSED");
      expect(passed).toBe(false);
    }
  });
});

async function serve(site: Site, closers: (() => Promise<unknown>)[]): Promise<void> {
  const issue = async (name: string) => {
    const pair = await site.authority.issue({ commonName: name, hosts: [name], usage: "server" });
    return { cert: pair.certificate, key: pair.key };
  };
  const [own, other, ofSite] = await Promise.all([
    issue(hostname),
    issue("default.example.net"),
    issue(site.siteCertificate ?? wiki),
  ]);
  let asked = 0;
  const answer: RequestListener = ({ url, headers }, response) => {
    const node = site.nodes[asked++ % site.nodes.length] ?? "";
    if (headers.host === wiki) {
      return void response.writeHead(200, site.siteNode === false ? {} : { "x-rehearsal-node": node }).end();
    }
    const detour = url === "/dashboard/" ? site.detour : undefined;
    const status = detour !== undefined ? 302 : url === "/ping" ? 200 : 401;
    const location = detour === undefined ? {} : { location: detour };
    response.writeHead(status, { "x-rehearsal-node": node, ...location }).end(site.ping);
  };
  const https = createServer(
    {
      ...(site.showsItToAll ? own : other),
      SNICallback: (name, done) =>
        done(null, createSecureContext(name === hostname || site.showsItToAll ? own : name === wiki ? ofSite : other)),
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
