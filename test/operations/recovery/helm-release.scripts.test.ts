import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { recoverRelease, requireSameCluster, type PendingRelease } from "../../../operations/recovery/helm-release.ts";
import { helmOn } from "../../../operations/recovery/helm.ts";
import { FakeTools } from "../../support/scripts/fake-tool.ts";

const urn = "urn:pulumi:prod::rancher::kubernetes:helm.sh/v3:Release::rancher-release";
const pending = (operation: string): PendingRelease => ({
  urn,
  name: "rancher",
  namespace: "cattle-system",
  operation,
});
const kubeconfig = "canary-kubeconfig";
const owned = { uid: "this-cluster", ownedNamespaces: ["cattle-system"] };
const adoption = { urn, id: "cattle-system/rancher" };
let tools: FakeTools;
let confirmed: string[];

beforeEach(() => {
  tools = new FakeTools();
  confirmed = [];
  vi.stubEnv("PATH", tools.path);
  vi.stubEnv("TMPDIR", tools.folder);
});
afterEach(() => {
  tools[Symbol.dispose]();
  vi.unstubAllEnvs();
});

/** A Helm with the release in that status. It records its arguments and its kubeconfig. */
function helm(status: string | undefined, body = ""): void {
  const releases = JSON.stringify(status === undefined ? [] : [{ name: "rancher", status, revision: "3" }]);
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

async function recover(operation: string, { cluster = owned, answer = true } = {}) {
  using program = await helmOn(kubeconfig);
  const confirm = (question: string) => {
    confirmed.push(question);
    return Promise.resolve(answer);
  };
  return await recoverRelease(pending(operation), { helm: program, cluster, confirm });
}

describe("recoverRelease", () => {
  it("completes an interrupted installation, so what already serves keeps serving", async () => {
    helm("pending-install");

    expect(await recover("creating")).toEqual({ done: "completed the interrupted installation of rancher", adoption });
    expect(read("asked").split("\n")).toEqual([
      list,
      "rollback rancher 3 --namespace cattle-system --no-hooks --timeout 5m",
    ]);
    expect(confirmed).toEqual([]);
  });

  it.each(["pending-upgrade", "pending-rollback"])("rolls back an upgrade that is %s", async (status) => {
    helm(status);

    expect(await recover("updating")).toEqual({ done: "rolled back the interrupted upgrade of rancher" });
    expect(read("asked").split("\n")).toEqual([
      list,
      "rollback rancher --namespace cattle-system --no-hooks --timeout 5m",
    ]);
  });

  it.each(["deployed", "failed"])("adds a release that is %s to a state that does not contain it", async (status) => {
    helm(status);

    expect(await recover("creating")).toEqual({
      done: `added the release rancher, which is ${status}, to the state`,
      adoption,
    });
    expect(read("asked")).toBe(list);
  });

  it.each([undefined, "deployed", "failed", "superseded"])(
    "leaves a release in the state alone if it is %s",
    async (status) => {
      helm(status);

      expect(await recover("updating")).toEqual({});
      expect(read("asked")).toBe(list);
    },
  );

  it("does nothing for an installation that never began", async () => {
    helm(undefined);

    expect(await recover("creating")).toEqual({});
  });

  it("finishes a removal only if it is confirmed", async () => {
    helm("uninstalling");

    await expect(recover("deleting", { answer: false })).rejects.toThrow('release rancher is still "uninstalling"');
    expect(read("asked")).toBe(list);

    expect(await recover("deleting")).toEqual({ done: "finished the interrupted removal of rancher" });
    expect(confirmed).toEqual(
      Array(2).fill("The interrupted run was uninstalling rancher in cattle-system. Uninstall it now?"),
    );
    expect(read("asked").split("\n").at(-1)).toBe(
      "uninstall rancher --namespace cattle-system --no-hooks --wait --timeout 2m",
    );
  });

  it.each([
    ["creating", "deployed"],
    ["creating", "pending-install"],
    ["updating", "pending-upgrade"],
    ["deleting", "uninstalling"],
  ])("changes nothing in a namespace without this stack's label: %s, %s", async (operation, status) => {
    helm(status);

    await expect(recover(operation, { cluster: { ...owned, ownedNamespaces: ["cert-manager"] } })).rejects.toThrow(
      `release rancher is ${status}, but the namespace cattle-system does not carry this stack's label, so it was not touched.`,
    );
    expect(read("asked")).toBe(list);
    expect(confirmed).toEqual([]);
  });

  it("passes the kubeconfig to Helm in a file that only its owner can read, and removes it", async () => {
    helm("pending-install");

    await recover("creating");

    expect(read("shown")).toBe(kubeconfig);
    expect(read("modes").split("\n")).toEqual(["600", "700"]);
    expect(read("asked")).not.toContain("canary");
    expect(existsSync(read("file"))).toBe(false);
  });

  it("fails with Helm's output, and removes the kubeconfig then, too", async () => {
    helm("pending-install", "echo 'Error: timed out' >&2; exit 1");

    await expect(recover("creating")).rejects.toThrow("helm rollback: Error: timed out");
    expect(existsSync(read("file"))).toBe(false);
  });
});

describe("requireSameCluster", () => {
  const state = (clusterUid?: string) => ({
    version: 3,
    deployment: { resources: [{ urn: "urn", type: "rancher:recipes:HighAvailability", inputs: { clusterUid } }] },
  });

  it("accepts the cluster that the state was made with", () => {
    expect(() => requireSameCluster(state("this-cluster"), owned)).not.toThrow();
  });

  it("refuses another cluster, which may have its own Rancher", () => {
    expect(() => requireSameCluster(state("former-cluster"), owned)).toThrow(
      "rancher:kubeconfig leads to another cluster than the interrupted run worked on (UID of kube-system this-cluster, then former-cluster). Nothing was touched.",
    );
  });

  it("refuses if the state does not identify its cluster", () => {
    expect(() => requireSameCluster(state(), owned)).toThrow(
      "did not record its cluster, so nothing there was touched",
    );
    expect(() => requireSameCluster({ version: 3, deployment: {} }, owned)).toThrow("did not record its cluster");
  });
});
