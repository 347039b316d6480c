import { link } from "../../../components/host/shell/link.ts";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  adoptedDockerObjects,
  findDockerObjects,
  pendingDockerObjects,
  type PendingDockerObject,
} from "../../../operations/recovery/docker-objects.ts";

const labels = [
  { label: "rancher.version", value: "2.15.2" },
  { label: "rancher.stack", value: "rancher/dev" },
];
const exported = (type: string, resource: string, inputs: Record<string, unknown>) => ({
  version: 3,
  deployment: { pending_operations: [{ type, resource: { urn: "urn", type: resource, inputs } }] },
});
const container = "docker:index/container:Container";

describe("pendingDockerObjects", () => {
  it("finds the container and the network that an engine was creating", () => {
    expect(pendingDockerObjects(exported("creating", container, { name: "rancher", labels }))).toEqual([
      { urn: "urn", kind: "container", name: "rancher", stack: "rancher/dev" },
    ]);
    expect(
      pendingDockerObjects(exported("creating", "docker:index/network:Network", { name: "rancher", labels })),
    ).toEqual([{ urn: "urn", kind: "network", name: "rancher", stack: "rancher/dev" }]);
  });

  it.each([
    ["one that is in the state", exported("updating", container, { name: "rancher", labels })],
    ["one that is being deleted", exported("deleting", container, { name: "rancher", labels })],
    ["one without our label", exported("creating", container, { name: "rancher" })],
    ["a volume, which the provider adopts", exported("creating", "docker:index/volume:Volume", { name: "x", labels })],
    ["nothing", { version: 3, deployment: {} }],
  ])("ignores %s", (_, stack) => {
    expect(pendingDockerObjects(stack)).toEqual([]);
  });
});

class ScratchFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "docker-objects-"));
  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

type State = "running" | "stopped" | "absent";
const machine = { hostName: "local", stack: "rancher/dev" };

/** Runs the script with a fake docker, on a machine with this marker. */
function run(
  objects: readonly PendingDockerObject[],
  { owner = "rancher/dev", state = "running" as State, marker = "name=local\nstack=rancher/dev\n", fails = "-" } = {},
) {
  using folder = new ScratchFolder();
  writeFileSync(join(folder.path, "machine"), marker);
  const docker = `docker() {
  case "$*" in
    *State.Running*) [ ${state} = running ] && echo true || echo false ;;
    *" inspect "*) ${state === "absent" ? "return 1" : `echo "0123abc ${owner}"`} ;;
    "${fails}"*) return 1 ;;
    *) echo "docker $*" >&2 ;;
  esac
}`;
  const script = `set -eu; state=${folder.path}\n${docker}\n${link(findDockerObjects(objects, machine).body)}`;
  const { status, stdout, stderr } = spawnSync("dash", ["-c", script], { encoding: "utf8" });
  return { status, stdout, stderr };
}
const both: readonly PendingDockerObject[] = [
  { urn: "urn:container", kind: "container", name: "rancher", stack: "rancher/dev" },
  { urn: "urn:network", kind: "network", name: "rancher", stack: "rancher/dev" },
];

describe("findDockerObjects", () => {
  it("finds a running container, and leaves it running", () => {
    const found = run(both);

    expect(found).toEqual({ status: 0, stdout: "container rancher 0123abc\nnetwork rancher 0123abc\n", stderr: "" });
    expect(adoptedDockerObjects(both, found.stdout)).toEqual([
      { urn: "urn:container", id: "0123abc" },
      { urn: "urn:network", id: "0123abc" },
    ]);
  });

  it("removes a container that is not running, so that it can be created again", () => {
    const found = run(both, { state: "stopped" });

    expect(found.stdout).toBe("network rancher 0123abc\n");
    expect(found.stderr).toBe(
      "docker container rm -v rancher\nrecovered: removed the container rancher, which did not run\n",
    );
  });

  it.each([
    ["a container of another stack", { owner: "rancher/prod" }],
    ["a missing container", { state: "absent" as State }],
  ])("leaves %s alone", (_, options) => {
    expect(run(both, options)).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  it.each([["name=other\nstack=rancher/dev\n"], ["name=local\nstack=rancher/prod\n"], [""]])(
    "changes nothing on a machine that does not belong to the stack: %j",
    (marker) => {
      expect(run(both, { marker, state: "stopped" })).toEqual({
        status: 0,
        stdout: "",
        stderr: "this machine is not local of rancher/dev; nothing on it was touched\n",
      });
    },
  );

  it("reports what it could not remove", () => {
    const { status, stderr } = run(both, { state: "stopped", fails: "container rm" });

    expect(status).toBe(30);
    expect(stderr).toContain("the container rancher, which an interrupted run left stopped, cannot be removed");
  });
});
