import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { host, type RancherBehindIngress, startRancherBehindIngress } from "./rancher-behind-ingress.ts";

let way: RancherBehindIngress;
beforeEach(async () => {
  way = await startRancherBehindIngress();
});
afterEach(() => way.close());

describe("the proxy to a genuine Rancher", () => {
  it("forwards path, query and headers, and replaces forged headers with the facts the ingress knows", async () => {
    way.echoHeaders();

    const { body, headers } = await way.https("/v3/settings?a=b%20c", {
      cookie: "R_SESS=1",
      connection: "x-hop, close",
      "x-hop": "for the next neighbour only",
      "x-forwarded-for": "192.0.2.99",
      "x-forwarded-proto": "http",
      "x-forwarded-tls-client-cert": "invented",
      "x-real-ip": "192.0.2.99",
    });

    expect(JSON.parse(body)).toEqual({
      url: "/v3/settings?a=b%20c",
      headers: {
        host,
        cookie: "R_SESS=1",
        connection: "close",
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-host": host,
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
        "x-forwarded-server": "server-1",
        "x-real-ip": "127.0.0.1",
      },
    });
    expect(headers).toMatchObject({ "x-rehearsal-node": "server-1", "x-rehearsal-scheme": "https" });
  });

  it("adds to the headers of a trusted balancer", async () => {
    way.echoHeaders();
    await way.trust(["127.0.0.0/8"]);

    const { body } = await way.http("/", { "x-forwarded-for": "192.0.2.99", "x-forwarded-proto": "https" });

    expect((JSON.parse(body) as { headers: object }).headers).toMatchObject({
      "x-forwarded-for": "192.0.2.99, 127.0.0.1",
      "x-forwarded-port": "443",
      "x-forwarded-proto": "https",
      "x-real-ip": "192.0.2.99",
    });
  });

  it("returns Rancher's own response unchanged, and counts its redirects", async () => {
    way.handle = (_, response) => {
      response.setHeader("set-cookie", ["a=1", "b=2"]);
      response.writeHead(302, "Found here", { location: "/elsewhere" }).end("go there");
    };

    const answer = await way.http("/");

    expect(answer).toMatchObject({ status: 302, body: "go there", headers: { location: "/elsewhere" } });
    expect(answer.headers["set-cookie"]).toEqual(["a=1", "b=2"]);
    expect(way.listener.counters()).toMatchObject({ http: 1, redirected: 1 });
  });

  it("responds itself for an unknown host, and if the ingress redirects to HTTPS", async () => {
    const asked: string[] = [];
    way.handle = ({ url = "" }, response) => void (asked.push(url), response.end("pong"));
    way.listener.route([{ host, redirect: 308 }]);

    expect((await way.https("/ping", {}, "other.example.com")).status).toBe(404);
    expect((await way.http("/ping")).status).toBe(308);
    expect((await way.https("/ping")).body).toBe("pong");

    expect(asked).toEqual(["/ping"]);
  });

  it("returns 502 while there is no Rancher, and continues when it is started again on another port", async () => {
    way.echoHeaders();
    expect((await way.https("/")).status).toBe(200);

    await way.stopRancher();
    const refused = await way.https("/");
    way.relay.leadTo(undefined);
    const closed = await way.https("/");

    for (const answer of [refused, closed]) {
      expect(answer).toMatchObject({ status: 502, headers: { "x-rehearsal-node": "server-1" } });
      expect(answer.body).toContain("the Rancher server does not answer");
    }
    await way.startRancher();
    expect((await way.https("/")).status).toBe(200);
  });
});
