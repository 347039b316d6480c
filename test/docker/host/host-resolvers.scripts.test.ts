import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { renderHostResolvers, resolverMounts } from "../../../components/docker/host/host-resolvers.ts";
import { expectGolden } from "../../support/golden.ts";
import { ScriptSandbox } from "../../support/scripts/script-run.ts";

const stub = "nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch example.com\n";

/** Output on a machine with these files. A path behind `->` is a link. */
async function printed(files: Readonly<Record<string, string>>): Promise<string> {
  using box = new ScriptSandbox();
  const root = box.path("root");
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    if (content.startsWith("->")) symlinkSync(join(root, content.slice(2)), join(root, path));
    else writeFileSync(join(root, path), content);
  }
  const led = renderHostResolvers().replaceAll(/(?<=[ "])\/(etc|run)\//g, `${root}/$1/`);
  const run = await box.shell(led);
  expect([run.code, run.stderr]).toEqual([0, ""]);
  return run.stdout.replaceAll(root, "").trimEnd();
}

describe("the file of resolvers that a host's containers can reach", () => {
  it.each<[string, Record<string, string>, string]>([
    [
      "systemd-resolved",
      {
        "run/systemd/resolve/stub-resolv.conf": stub,
        "run/systemd/resolve/resolv.conf": "# a note\nnameserver 192.0.2.53\nsearch example.com\n",
        "etc/resolv.conf": "->run/systemd/resolve/stub-resolv.conf",
      },
      "/run/systemd/resolve",
    ],
    ["a regular file", { "etc/resolv.conf": "search example.com\nnameserver\t192.0.2.53\n" }, "/etc/resolv.conf"],
    // It may not exist yet at boot, and then no container would start.
    ["a link", { "etc/resolv.conf": "->run/nm/resolv.conf", "run/nm/resolv.conf": "nameserver 192.0.2.53\n" }, ""],
    ["itself alone", { "etc/resolv.conf": "nameserver 127.0.0.1\n" }, ""],
    ["nobody", { "etc/resolv.conf": "search example.com\n" }, ""],
    ["nothing at all", {}, ""],
    ["IPv6 alone, which a container may not have", { "etc/resolv.conf": "nameserver 2001:db8::53\n" }, ""],
    ["a link-local one, which no pod reaches", { "etc/resolv.conf": "nameserver 169.254.169.254\n" }, ""],
    [
      "a resolved that knows none, and a file that does",
      { "run/systemd/resolve/resolv.conf": "# none\n", "etc/resolv.conf": "nameserver 192.0.2.53\n" },
      "/etc/resolv.conf",
    ],
  ])("%s", async (_, files, path) => {
    expect(await printed(files)).toBe(path);
  });

  it("is found by the same text in every release, so that it is known at preview", () => {
    expectGolden("docker/host/host-resolvers.sh", renderHostResolvers());
  });

  it("is mounted where K3s looks for it, by a path that does not depend on the resolvers", () => {
    expect(resolverMounts("")).toEqual([]);
    expect(resolverMounts("/run/systemd/resolve")).toEqual([
      { hostPath: "/run/systemd/resolve", containerPath: "/run/systemd/resolve", readOnly: true },
    ]);
    expect(resolverMounts("/etc/resolv.conf")).toEqual([
      { hostPath: "/etc/resolv.conf", containerPath: "/run/systemd/resolve/resolv.conf", readOnly: true },
    ]);
  });
});
