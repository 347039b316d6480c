import { lstatSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isPassword, openData } from "../../../../rehearsal/docker/rancher-image/data.ts";

// Its files get different owners.
describe.skipIf(process.getuid?.() !== 0)("the fake server's data", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "data-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("begin with the bootstrap password, which a later start does not change", async () => {
    await openData(folder, "v2.15.2", "first password");

    const { data, toldPassword } = await openData(folder, "v2.15.2", "another password");

    expect(toldPassword).toBeUndefined();
    expect(isPassword(data, "first password")).toBe(true);
    expect(isPassword(data, "another password")).toBe(false);
    expect(data.starts).toBe(2);
  });

  it("begin with a password that is printed if none was given", async () => {
    const { data, toldPassword } = await openData(folder, "v2.15.2", undefined);

    expect(toldPassword).toMatch(/^[0-9a-f]{40}$/);
    expect(isPassword(data, toldPassword ?? "")).toBe(true);
  });

  it("are migrated by a newer server, and keep their identity", async () => {
    const first = await openData(folder, "v2.14.3", "first password");

    const { data, migratedFrom } = await openData(folder, "v2.15.2", undefined);

    expect(migratedFrom).toBe("v2.14.3");
    expect(data.migrations).toEqual(["v2.14.3 to v2.15.2"]);
    expect(data.installUuid).toBe(first.data.installUuid);
    expect(data.settings["server-version"]).toBe("v2.15.2");
  });

  it("are rejected by an older server, and left unchanged", async () => {
    await openData(folder, "v2.15.2", "first password");

    await expect(openData(folder, "v2.14.3", undefined)).rejects.toThrow(
      "the data was written by v2.15.2; v2.14.3 cannot read it",
    );
    expect((await openData(folder, "v2.15.2", undefined)).data.starts).toBe(2);
  });

  it("contain more than plain files", async () => {
    await openData(folder, "v2.15.2", undefined);

    expect(lstatSync(join(folder, "k3s/data/current")).isSymbolicLink()).toBe(true);
    expect(lstatSync(join(folder, "management-state/tls/a name with spaces")).uid).toBe(1000);
  });
});
