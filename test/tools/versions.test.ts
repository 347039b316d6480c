import { readFileSync } from "node:fs";
import { join } from "node:path";
import semver from "semver";
import { describe, expect, test } from "vitest";
import { moduleFolder } from "../../tools/toolbox/go-source.mjs";
import { GO_VERSION, TOOLS, TOOL_NAMES } from "../../tools/versions.mjs";

const goMod = (module: string) => readFileSync(join(moduleFolder(module), "go.mod"), "utf8");

describe.each(TOOL_NAMES)("%s", (name) => {
  const { version, willDo, go } = TOOLS[name];

  test("go.mod requires the pinned version, names its package as a tool, and requires the project's Go version", () => {
    const text = goMod(go.module);

    expect(text).toContain(`\t${go.pin} ${go.pinned}`);
    expect(text.match(/^tool (.+)|^\t(\S+)$/gm)?.join("\n")).toContain(go.package);
    expect(text).toMatch(new RegExp(`^go ${GO_VERSION}$`, "m"));
    expect(go.pinned).toBe(`v${version}`);
  });

  test("its own version fits, the next major one does not", () => {
    expect(semver.satisfies(version, willDo)).toBe(true);
    expect(semver.satisfies(`${semver.major(version) + 1}.0.0`, willDo)).toBe(false);
  });

  test("a download is of the pinned version, over TLS, with a checksum from the same server", () => {
    const offer = TOOLS[name].download({ os: "linux", arch: "amd64" });
    if (offer === undefined) {
      expect(["kwok", "pulumi-language-nodejs"]).toContain(name);
      return;
    }
    expect(offer.url).toContain(version);
    expect(new URL(offer.url).protocol).toBe("https:");
    expect(new URL(offer.checksums).origin).toBe(new URL(offer.url).origin);
  });
});

test("every k8s.io replacement, in every go.mod, has the same version", () => {
  const modules = [...new Set(TOOL_NAMES.map((name) => TOOLS[name].go.module))];
  const replaced = modules.flatMap((module) => [...goMod(module).matchAll(/(k8s\.io\/\S+) => (\S+) (\S+)/g)]);

  expect(replaced.length).toBeGreaterThan(25);
  expect(new Set(replaced.map(([, , , version]) => version))).toEqual(new Set(["v0.34.1"]));
  for (const [, from, to] of replaced) expect(to).toBe(from);
});

test("helm is stamped with the Kubernetes version it is built with", () => {
  const client = /k8s\.io\/client-go v0\.(\d+)\./.exec(goMod("helm"));

  expect(TOOLS.helm.go.stamps?.["helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor"]).toBe(client?.[1]);
});
