import { describe, expect, it } from "vitest";
import { readCommandLine } from "../../../../rehearsal/docker/rancher-image/command-line.ts";
import { faultOf } from "../../../../rehearsal/docker/rancher-image/faults.ts";

describe("the fake server's arguments", () => {
  it("are the genuine server's, and the last one wins", () => {
    const args = ["--http-listen-port=80", "--https-listen-port=443", "--no-cacerts", "--https-listen-port=8443"];

    expect(readCommandLine(args, {})).toEqual({ ports: { http: 80, https: 8443 }, noCacerts: true });
  });

  it("are rejected if Rancher has no such flag", () => {
    expect(() => readCommandLine(["--no-such-flag"], {})).toThrow("--no-such-flag");
    expect(() => readCommandLine(["a-word"], {})).toThrow("a-word");
  });

  it("enable the audit log only together with AUDIT_LOG_ENABLED", () => {
    const args = ["--audit-log-path=/var/log/audit.log", "--audit-level=1"];

    expect(readCommandLine(args, {}).auditLog).toBeUndefined();
    expect(readCommandLine(args, { AUDIT_LOG_ENABLED: "true" }).auditLog).toBe("/var/log/audit.log");
  });
});

describe("a fault", () => {
  const known = () => Promise.resolve(true);
  const unknown = () => Promise.resolve(false);

  it("is undefined, or the given one", async () => {
    expect(await faultOf(undefined, known)).toBeUndefined();
    expect(await faultOf("never-ready", unknown)).toBe("never-ready");
    await expect(faultOf("tired", known)).rejects.toThrow(
      "it can be never-ready, unhealthy, crashing, fails-when-served, ends-when-served",
    );
  });

  it("may apply only to the serving container", async () => {
    expect(await faultOf("fails-when-served", unknown)).toBeUndefined();
    expect(await faultOf("fails-when-served", known)).toBe("unhealthy");
    expect(await faultOf("ends-when-served", unknown)).toBeUndefined();
    expect(await faultOf("ends-when-served", known)).toBe("crashing");
  });
});
