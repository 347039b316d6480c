import { describe, expect, it } from "vitest";

import { answerAsRancher } from "../../../rehearsal/fakes/rancher-answers.ts";

const ask = (url: string, scheme: "http" | "https", method = "GET") =>
  answerAsRancher({ method, url, scheme, host: "Rancher.example.com:8443" });

describe("the fake Rancher", () => {
  it.each([
    ["/ping", 200, "pong"],
    ["/healthz", 200, "ok"],
  ])("answers %s with and without TLS", (url, status, body) => {
    expect(ask(url, "https")).toMatchObject({ status, body });
    expect(ask(url, "http")).toMatchObject({ status, body });
  });

  it("redirects plain requests to HTTPS, with path and query and without the port", () => {
    const answer = ask("/dashboard/?a=b", "http");

    expect(answer.status).toBe(302);
    expect(answer.headers).toEqual({ location: "https://rancher.example.com/dashboard/?a=b" });
  });

  it("redirects only GET", () => {
    expect(ask("/v3/tokens", "http", "POST").status).toBe(400);
  });

  it("requires API users to sign in", () => {
    expect(ask("/v3", "https").status).toBe(401);
    expect(ask("/v1/management", "https").status).toBe(401);
    expect(ask("/v3x", "https").status).toBe(404);
  });

  it("shows a page to browsers", () => {
    expect(ask("/", "https")).toMatchObject({ status: 302, headers: { location: "/dashboard/" } });
    expect(ask("/dashboard/", "https").body).toContain("<title>Rancher");
  });
});
