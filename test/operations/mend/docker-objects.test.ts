import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import {
  clearDockerObjects,
  pendingDockerObjects,
  type PendingDockerObject,
} from "../../../operations/mend/docker-objects.ts";

const labels = [
  { label: "rancher.version", value: "2.15.0" },
  { label: "rancher.stack", value: "rancher/dev" },
];
const exported = (type: string, resource: string, inputs: Record<string, unknown>) => ({
  version: 3,
  deployment: { pending_operations: [{ type, resource: { urn: "urn", type: resource, inputs } }] },
});
const container = "docker:index/container:Container";

describe("pendingDockerObjects", () => {
  it("are the container and the network an engine was making", () => {
    expect(pendingDockerObjects(exported("creating", container, { name: "rancher", labels }))).toEqual([
      { kind: "container", name: "rancher", stack: "rancher/dev" },
    ]);
    expect(
      pendingDockerObjects(exported("creating", "docker:index/network:Network", { name: "rancher", labels })),
    ).toEqual([{ kind: "network", name: "rancher", stack: "rancher/dev" }]);
  });

  it.each([
    ["one that is in the state", exported("updating", container, { name: "rancher", labels })],
    ["one that is going", exported("deleting", container, { name: "rancher", labels })],
    ["one without our label", exported("creating", container, { name: "rancher" })],
    [
      "a volume, which is taken as it is found",
      exported("creating", "docker:index/volume:Volume", { name: "x", labels }),
    ],
    ["nothing", { version: 3, deployment: {} }],
  ])("are not %s", (_, stack) => {
    expect(pendingDockerObjects(stack)).toEqual([]);
  });
});

/** Runs the script where Docker has a container and a network named rancher of that stack, or none. */
function run(owner: string | undefined, objects: readonly PendingDockerObject[], fails = "nothing") {
  const docker = `docker() {
  case "$*" in
    *" inspect "*) ${owner === undefined ? "return 1" : `echo ${owner}`} ;;
    "${fails}"*) return 1 ;;
    *) echo "docker $*" >&2 ;;
  esac
}`;
  const speech = `set -eu; say() { echo "$*" >&2; }; fail() { code=$1; shift; say "$@"; exit "$code"; }`;
  const { status, stderr } = spawnSync("dash", ["-c", `${speech}\n${docker}\n${clearDockerObjects(objects).body}`], {
    encoding: "utf8",
  });
  return { status, stderr };
}
const both: readonly PendingDockerObject[] = [
  { kind: "container", name: "rancher", stack: "rancher/dev" },
  { kind: "network", name: "rancher", stack: "rancher/dev" },
];

describe("clearDockerObjects", () => {
  it("takes away what is half made: Rancher ends by itself first, and its named volume stays", () => {
    expect(run("rancher/dev", both)).toEqual({
      status: 0,
      stderr: `docker stop -t 60 rancher
docker rm -f -v rancher
mended: removed the container rancher, which the interrupted run had begun to make
docker network rm rancher
mended: removed the network rancher, which the interrupted run had begun to make
`,
    });
  });

  it.each([
    ["another stack's", "rancher/prod"],
    ["what is not there", undefined],
  ])("leaves %s alone", (_, owner) => {
    expect(run(owner, both)).toEqual({ status: 0, stderr: "" });
  });

  it("says what it could not remove", () => {
    const { status, stderr } = run("rancher/dev", both, "network rm");

    expect(status).toBe(30);
    expect(stderr).toContain("the network rancher, which an interrupted run had begun to make, cannot be removed");
  });
});
