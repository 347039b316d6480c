import { describe, expect, it } from "vitest";
import { checkInputs } from "../../../../rehearsal/providers/command/command-inputs.ts";
import { Secret, unknown } from "../../../../rehearsal/providers/protocol/property-value.ts";

describe("the inputs of a command", () => {
  it("get the connection's defaults, and the connection becomes secret", () => {
    const { inputs, failures } = checkInputs("remote", { connection: { host: "h" }, create: "true" });

    expect(failures).toEqual([]);
    expect(inputs["connection"]).toEqual(
      new Secret({ host: "h", user: "root", port: 22, dialErrorLimit: 10, perDialTimeout: 15 }),
    );
  });

  it("may be unknown", () => {
    expect(checkInputs("remote", { connection: unknown }).failures).toEqual([]);
  });

  it.each([
    [{ create: "x" }, "connection", "Missing required field"],
    [{ connection: { user: "u" } }, "connection.host", "Missing required field"],
    [{ connection: { host: "h", canary: "canary-value" } }, "connection.canary", "Unrecognized field 'canary'"],
    [{ connection: { host: "h", proxy: { host: "p", odd: 1 } } }, "connection.proxy.odd", "Unrecognized field 'odd'"],
    [{ connection: { host: "h", password: "canary-value" } }, "connection.password", "not supported"],
    [{ connection: { host: "h" }, logging: "all" }, "logging", "must be one of"],
    [{ connection: { host: "h" }, copies: "x" }, "copies", "Unrecognized field 'copies'"],
  ])("%j are rejected at %s", (inputs, property, reason) => {
    const { failures } = checkInputs("remote", inputs);

    expect(failures).toEqual([{ property, reason: expect.stringContaining(reason) as string }]);
    expect(JSON.stringify(failures)).not.toContain("canary-value");
  });
});
