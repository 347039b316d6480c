import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { filesBeside, leavesClone, readRegularFile } from "../../components/program/read-file.ts";

const top = mkdtempSync(join(tmpdir(), "read-file-"));
const folder = join(top, "stacks");
mkdirSync(join(folder, "certificates"), { recursive: true });
writeFileSync(join(folder, "certificates", "a.pem"), "PEM");
writeFileSync(join(top, "outside.pem"), "canary");
afterAll(() => rmSync(top, { recursive: true }));

describe("a file named in a stack file", () => {
  const read = filesBeside(folder);

  it("is read inside the stack file's folder, by a relative or an absolute path", () => {
    expect(read("certificates/a.pem")).toBe("PEM");
    expect(read("./certificates/../certificates/a.pem")).toBe("PEM");
    expect(read(join(folder, "certificates", "a.pem"))).toBe("PEM");
  });

  it.each([
    "../outside.pem",
    "certificates/../../outside.pem",
    "/etc/shadow",
    "/dev/zero",
    "/proc/self/environ",
    "~/.ssh/id_ed25519",
  ])("is refused outside of it: %s", (path) => {
    expect(read(path)).toMatchObject({ outside: true });
  });

  it("is refused if a link leads out of the folder, whether of a file or of a folder", () => {
    symlinkSync("../outside.pem", join(folder, "link.pem"));
    symlinkSync("..", join(folder, "up"));

    expect(read("link.pem")).toEqual({ fault: "leads outside the folder of the stack file", outside: true });
    expect(read("up/outside.pem")).toMatchObject({ outside: true });
  });

  it("may be anywhere in the clone if the stack file is in the clone", () => {
    const inClone = filesBeside(join(import.meta.dirname, "../stack-files"));

    expect(inClone("../../package.json")).toContain('"name": "rancher"');
    expect(inClone("../../../package.json")).toEqual({ fault: "is outside the clone of this project", outside: true });
  });

  it("cannot be read if it is missing or has an impossible name", () => {
    expect(read("missing.pem")).toBeUndefined();
    expect(read("a\u0000b")).toBeUndefined();
  });
});

describe("reading a file", () => {
  it("never waits for a FIFO, and refuses devices and folders", () => {
    const fifo = join(folder, "fifo");
    execFileSync("mkfifo", [fifo]);

    for (const path of [fifo, "/dev/zero", folder])
      expect(readRegularFile(path)).toEqual({ fault: "is not a regular file" });
  });

  it("reads up to 1 MiB and not a byte more", () => {
    const path = join(folder, "large");
    writeFileSync(path, "a".repeat(1024 ** 2));
    expect(readRegularFile(path)).toHaveLength(1024 ** 2);

    writeFileSync(path, "a".repeat(1024 ** 2 + 1));
    expect(readRegularFile(path)).toEqual({ fault: "is larger than 1 MiB" });
  });
});

describe("a stack file", () => {
  it("outside the clone may be a link to anywhere, because the user chose it", () => {
    symlinkSync(join(top, "outside.pem"), join(folder, "Pulumi.x.yaml"));

    expect(leavesClone(join(folder, "Pulumi.x.yaml"))).toBe(false);
  });
});
