import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { answerOf, ask, type Answer } from "../../../../rehearsal/balancer-client.ts";
import { answersOf, isSignedIn } from "../../../../rehearsal/docker/rancher-image/answers.ts";
import { openData, type OpenedData } from "../../../../rehearsal/docker/rancher-image/data.ts";
import { serve, type Serving } from "../../../../rehearsal/docker/rancher-image/serve.ts";
import { serverTls } from "../../../../rehearsal/docker/rancher-image/tls.ts";
import { openSession } from "../../../../rehearsal/genuine-rancher/session.ts";

const hostname = "rancher.example.com";

describe.skipIf(process.getuid?.() !== 0)("the fake server", () => {
  let folder: string;
  let opened: OpenedData;
  let serving: Serving;
  let unhealthy: boolean;
  const audited: string[] = [];
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "serve-"));
    unhealthy = false;
    opened = await openData(folder, "v2.15.2", "the bootstrap password");
    const { store, data } = opened;
    const tls = await serverTls({ folder, noCacerts: false, authority: data.authority });
    serving = await serve({
      ports: { http: 0, https: 0 },
      tls,
      answer: (request) => answersOf({ store, cacerts: tls.cacerts, unhealthy })(request),
      isSignedIn: (authorization) => isSignedIn(store.state!, authorization),
      audit: ({ method, url }, status) => audited.push(`${method} ${url} ${status}`),
    });
  });
  afterEach(() => {
    serving.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const target = () => ({
    hostname,
    address: "127.0.0.1",
    ports: serving.ports,
    caCertificate: opened.data.authority.certificate,
  });
  const plain = (path: string, headers: Record<string, string> = {}) =>
    fetch(`http://127.0.0.1:${serving.ports.http}${path}`, { headers, redirect: "manual" });
  const signedIn = async (method: string, path: string, content?: object): Promise<Answer> => {
    const { token } = await openSession(target(), "the bootstrap password", 0);
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    return answerOf(ask(target(), path, { method, headers }), content && JSON.stringify(content));
  };

  it("redirects plain HTTP to HTTPS, except for probes and requests that a proxy received over HTTPS", async () => {
    expect((await plain("/dashboard/")).status).toBe(302);
    expect((await plain("/dashboard/", { "x-forwarded-proto": "https" })).status).toBe(200);
    expect(await (await plain("/ping")).text()).toBe("pong");
    expect((await plain("/healthz")).status).toBe(200);
  });

  it("reports that it is unhealthy if it is configured to", async () => {
    unhealthy = true;

    expect((await plain("/healthz")).status).toBe(500);
  });

  it("shows its CA to everyone, and its other settings to signed-in users", async () => {
    const { body } = await answerOf(ask(target(), "/v3/settings/cacerts"));
    expect(JSON.parse(body)).toMatchObject({ name: "cacerts", value: opened.data.authority.certificate });

    expect((await answerOf(ask(target(), "/v3/settings/server-version"))).status).toBe(401);
    expect(JSON.parse((await signedIn("GET", "/v3/settings/server-version")).body)).toMatchObject({ value: "v2.15.2" });
  });

  it("signs in only with the bootstrap password", async () => {
    await expect(openSession(target(), "a wrong password", 0)).rejects.toThrow("answered 401");
    await expect(openSession(target(), "the bootstrap password", 0)).resolves.toBeDefined();
  });

  it("stores a change before it responds", async () => {
    await signedIn("PUT", "/v3/settings/marker", { value: "kept" });

    const { data } = await openData(folder, "v2.15.2", undefined);
    expect(data.settings["marker"]).toBe("kept");
    expect(audited).toContain("PUT /v3/settings/marker 200");
  });

  it("echoes on websockets", async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${serving.ports.http}/v3/connect`, {
      headers: { "x-forwarded-proto": "https" },
    });
    const received = await new Promise<string>((done, failed) => {
      socket.once("error", failed);
      socket.once("open", () => socket.send("hello"));
      socket.once("message", (data: Buffer) => done(data.toString()));
    });
    socket.terminate();

    expect(received).toBe("hello");
  });

  it("rejects a websocket of the dashboard without a session", async () => {
    const url = `ws://127.0.0.1:${serving.ports.http}/v3/subscribe`;
    const socket = new WebSocket(url, { headers: { "x-forwarded-proto": "https" } });
    const status = await new Promise<number>((done) => {
      socket.once("unexpected-response", (_, answer) => done(answer.statusCode ?? 0));
      socket.once("error", () => undefined);
    });

    expect(status).toBe(401);
  });
});
