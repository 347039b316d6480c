import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { localRenewals, renewalsDue } from "../../../components/tls/generated/local-renewals.ts";
import { issue } from "../../support/certificates.ts";

const now = new Date("2026-11-21T12:00:00Z");
const after = (days: number) => new Date(now.getTime() + days * 86_400_000);
const ca = await issue({ name: "CA", ca: true, now, from: 0, until: 3650 });

describe("renewalsDue", () => {
  it.each([
    [0, 0],
    [349.9, 0],
    [350, 1],
    [699, 1],
    [701, 2],
    [3600, 10],
    [-3, 0],
  ])("after %d days is %d, well before 397 have passed since the last one", (days, due) => {
    expect(renewalsDue(ca.pem, after(days))).toBe(due);
  });

  it("is none before there is a CA", () => {
    expect(renewalsDue(undefined, now)).toBe(0);
  });
});

describe("localRenewals", () => {
  it("reads the CA at its script's path, and leaves errors in it to that script", () => {
    const folder = mkdtempSync(join(tmpdir(), "rancher-ca-"));
    const hostname = "rancher.localhost";
    try {
      const absent = localRenewals(folder, hostname, after(400));
      mkdirSync(join(folder, "certificate-authority", hostname), { recursive: true });
      const file = join(folder, "certificate-authority", hostname, "certificate.pem");
      writeFileSync(file, ca.pem);
      const there = localRenewals(folder, hostname, after(400));
      writeFileSync(file, "rubbish");

      expect([absent, there, localRenewals(folder, hostname, after(400))]).toEqual([0, 1, 0]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
