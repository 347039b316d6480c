import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { freeRelease } from "../../../operations/mend/helm-release.ts";
import { FakeTools } from "../../support/fake-tool.ts";

const release = { name: "rancher", namespace: "cattle-system", operation: "updating" };
const kubeconfig = "canary-kubeconfig";
let tools: FakeTools;

beforeEach(() => {
  tools = new FakeTools();
  vi.stubEnv("PATH", tools.path);
  vi.stubEnv("TMPDIR", tools.folder);
});
afterEach(() => {
  tools[Symbol.dispose]();
  vi.unstubAllEnvs();
});

/** A Helm that knows one release in that state, and writes down what it is asked, and what it was shown. */
function helm(status: string | undefined, body = ""): void {
  const releases = JSON.stringify(status === undefined ? [] : [{ name: "rancher", status }]);
  tools.tool(
    "helm",
    "v3.19.0+g3d8990f",
    `echo "$*" | sed 's/ --kubeconfig .*//' >>${tools.folder}/asked
for last; do :; done; cat "$last" >${tools.folder}/shown; stat -c %a "$last" "$(dirname "$last")" >${tools.folder}/modes; echo "$last" >${tools.folder}/file
case $1 in list) echo '${releases}' ;; *) ${body === "" ? ":" : body} ;; esac`,
  );
}

const read = (name: string) => readFileSync(join(tools.folder, name), "utf8").trim();
const list = "list --all --namespace cattle-system --filter ^rancher$ --output json";

describe("freeRelease", () => {
  it.each([
    [
      "pending-install",
      "uninstall rancher --namespace cattle-system --no-hooks --wait --timeout 2m",
      "the installation of rancher that was cut short (pending-install), by uninstalling it without hooks",
    ],
    [
      "pending-upgrade",
      "rollback rancher --namespace cattle-system --no-hooks --timeout 5m",
      "the half-finished upgrade of rancher, by rolling it back without hooks",
    ],
    [
      "pending-rollback",
      "rollback rancher --namespace cattle-system --no-hooks --timeout 5m",
      "the half-finished upgrade of rancher, by rolling it back without hooks",
    ],
    [
      "uninstalling",
      "uninstall rancher --namespace cattle-system --no-hooks --wait --timeout 2m",
      "the half-finished removal of rancher",
    ],
  ])("frees a release that is %s", async (status, asked, freed) => {
    helm(status);

    expect(await freeRelease(release, kubeconfig)).toBe(freed);
    expect(read("asked").split("\n")).toEqual([list, asked]);
  });

  it.each([undefined, "deployed", "failed", "superseded"])("leaves a release alone that is %s", async (status) => {
    helm(status);

    expect(await freeRelease(release, kubeconfig)).toBeUndefined();
    expect(read("asked")).toBe(list);
  });

  it.each(["deployed", "failed"])("uninstalls one that is %s, and that the state does not know", async (status) => {
    helm(status);

    const freed = await freeRelease({ ...release, operation: "creating" }, kubeconfig);

    expect(freed).toBe(`the installation of rancher that was cut short (${status}), by uninstalling it without hooks`);
    expect(read("asked").split("\n")).toEqual([
      list,
      "uninstall rancher --namespace cattle-system --no-hooks --wait --timeout 2m",
    ]);
  });

  it("has nothing to do for an installation that never began", async () => {
    helm(undefined);

    expect(await freeRelease({ ...release, operation: "creating" }, kubeconfig)).toBeUndefined();
  });

  it("shows Helm the kubeconfig in a file nobody else can read, and takes it away", async () => {
    helm("pending-install");

    await freeRelease(release, kubeconfig);

    expect(read("shown")).toBe(kubeconfig);
    expect(read("modes").split("\n")).toEqual(["600", "700"]);
    expect(read("asked")).not.toContain("canary");
    expect(existsSync(read("file"))).toBe(false);
  });

  it("fails with Helm's words, and takes the kubeconfig away then, too", async () => {
    helm("pending-install", "echo 'Error: timed out' >&2; exit 1");

    await expect(freeRelease(release, kubeconfig)).rejects.toThrow("helm uninstall: Error: timed out");
    expect(existsSync(read("file"))).toBe(false);
  });
});
