import { describe, expect, it } from "vitest";
import { shownPath } from "../../../operations/stack/shown-path.ts";

describe("a path in a message", () => {
  it.each([
    ["/work/rancher/Pulumi.dev.yaml", "Pulumi.dev.yaml"],
    ["/work/rancher/.state/passphrase", ".state/passphrase"],
    ["/work/rancher/..stacks/a.yaml", "..stacks/a.yaml"],
  ])("is relative inside the current folder: %s", (path, shown) => {
    expect(shownPath(path, "/work/rancher")).toBe(shown);
  });

  it.each(["/work/Pulumi.dev.yaml", "/work/rancher", "/etc/a.yaml"])("is absolute elsewhere: %s", (path) => {
    expect(shownPath(path, "/work/rancher")).toBe(path);
  });

  it("contains no terminal escape sequences", () => {
    expect(shownPath("/a/b\u001b[2J.yaml", "/a")).toBe("b\\u{1b}[2J.yaml");
  });
});
