import { describe, expect, it } from "vitest";
import { dialOf, sshCommand } from "../../../../../rehearsal/providers/docker/engine/dial.ts";
import { pullParts } from "../../../../../rehearsal/providers/docker/engine/find-image.ts";
import { goDuration, nanoseconds } from "../../../../../rehearsal/providers/docker/container/go-duration.ts";

describe("sshWords", () => {
  it.each<[string, string[], string]>([
    ["ssh://ops@192.0.2.1:22", [], "-l ops -p 22 -o ConnectTimeout=30 -T -- 192.0.2.1 docker system dial-stdio"],
    ["ssh://192.0.2.1", ["-o", "ConnectTimeout=15"], "-o ConnectTimeout=15 -T -- 192.0.2.1 docker system dial-stdio"],
    ["ssh://[2001:db8::1]:22", ["-T"], "-p 22 -T -o ConnectTimeout=30 -- 2001:db8::1 docker system dial-stdio"],
    [
      "ssh://host/run/other.sock",
      ["-T", "-oConnectTimeout=1"],
      "-T -oConnectTimeout=1 -- host docker --host=unix:///run/other.sock system dial-stdio",
    ],
  ])("reaches %s with %j", (host, options, command) => {
    expect(sshCommand(host, options).join(" ")).toBe(command);
  });

  it("keeps each option whole, even if it contains spaces", () => {
    expect(sshCommand("ssh://host", ["-o", "KnownHostsCommand=/bin/echo %H ssh-ed25519 AAAA"])).toContain(
      "KnownHostsCommand=/bin/echo %H ssh-ed25519 AAAA",
    );
  });

  it("rejects a password in the address, and engines it cannot reach", () => {
    expect(() => sshCommand("ssh://ops:secret@host", [])).toThrow(/plain-text password is not supported/);
    expect(() => dialOf("tcp://127.0.0.1:2375", [])).toThrow(
      /does not support the engine address tcp:\/\/127\.0\.0\.1:2375/,
    );
  });
});

describe("pullParts", () => {
  it.each([
    ["nginx", "docker.io/library/nginx", "latest"],
    ["rancher/rancher:v2.15.2", "docker.io/rancher/rancher", "v2.15.2"],
    ["rancher/rancher:v2.15.2@sha256:aaaa", "docker.io/rancher/rancher", "sha256:aaaa"],
    ["127.0.0.1:5000/team/nginx:1", "127.0.0.1:5000/team/nginx", "1"],
    ["localhost/nginx", "localhost/nginx", "latest"],
  ])("parses %s", (name, repository, reference) => {
    expect(pullParts(name)).toEqual({ repository, reference });
  });
});

describe("goDuration", () => {
  it.each([
    ["0s", "0s"],
    ["5s", "5s"],
    ["60s", "1m0s"],
    ["10m", "10m0s"],
    ["1h", "1h0m0s"],
    ["1500ms", "1.5s"],
    ["250ms", "250ms"],
    ["90m30s", "1h30m30s"],
  ])("converts %s to %s", (given, written) => {
    expect(goDuration(nanoseconds(given))).toBe(written);
  });

  it("returns nothing for an invalid duration", () => {
    expect(nanoseconds("soon")).toBe(0);
  });
});
