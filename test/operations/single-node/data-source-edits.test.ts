import { describe, expect, it } from "vitest";
import { readSettings } from "../../../components/stack-file/stack-file.ts";
import type { SingleNodeSettings } from "../../../components/stack-file/settings.ts";
import type { Archive } from "../../../operations/single-node/archives.ts";
import { adoptEdits, chosenArchive, restoreEdits } from "../../../operations/single-node/data-source-edits.ts";

const archive = (version: string, checked = true): Archive => ({
  name: `rancher-${version}-20261121T030000Z.tar.gz`,
  version,
  bytes: 1,
  checked,
});

function settingsOf(docker: Readonly<Record<string, unknown>>): SingleNodeSettings {
  const values = { mode: "single-node", hostname: "rancher.localhost", version: "2.15.2", docker };
  const read = readSettings({ values, secrets: {}, readFile: () => undefined, now: new Date() });
  if ("problems" in read || read.settings.mode !== "single-node") throw new Error(JSON.stringify(read));
  return read.settings;
}
const changes = (edits: ReturnType<typeof restoreEdits>) =>
  Object.fromEntries(edits.map(({ path, value }) => [path.join("."), value]));

describe("the chosen archive", () => {
  const there = [archive("2.15.2"), archive("2.14.3", false)];

  it("is found by its name with or without extension", () => {
    for (const name of ["rancher-2.15.2-20261121T030000Z", "rancher-2.15.2-20261121T030000Z.tar.gz"]) {
      expect(chosenArchive(there, name, "/backups")).toBe(there[0]);
    }
  });

  it.each<[string, readonly Archive[], string, string]>([
    [
      "of another name, with the nearest",
      there,
      "rancher-2.15.2-20261121T030001Z",
      "Did you mean rancher-2.15.2-20261121T030000Z.tar.gz?",
    ],
    ["of another name, with all of them", there, "yesterday", "/backups holds:\narchive "],
    ["when there are none", [], "yesterday", "there is no archive yesterday.tar.gz. /backups holds none."],
    [
      "without its checksum",
      there,
      "rancher-2.14.3-20261121T030000Z",
      "has no checksum file, so it cannot be verified",
    ],
  ])("is refused: one %s", (_, archives, wanted, message) => {
    expect(() => chosenArchive(archives, wanted, "/backups")).toThrow(message);
  });
});

describe("the changed stack file", () => {
  const image = (name: string) => `registry.example.com:5000/${name}:v2.15.2@sha256:${"0".repeat(64)}`;

  it("after a restore has the archive, its version, and no container to take over", () => {
    expect(changes(restoreEdits(settingsOf({ adopt: "old" }), archive("2.14.3")))).toEqual({
      version: "2.14.3",
      "docker.image": undefined,
      "docker.adopt": undefined,
      "docker.restore": archive("2.14.3").name,
    });
  });

  it("after a restore keeps the image of a custom registry, with the new tag and without another version's digest", () => {
    const edits = restoreEdits(settingsOf({ image: image("rancher/rancher") }), archive("2.14.3"));

    expect(changes(edits)["docker.image"]).toBe("registry.example.com:5000/rancher/rancher:v2.14.3");
  });

  it("after a restore has the image that the archive records, whatever the file had", () => {
    const known = { ...archive("2.14.3"), image: `rancher/rancher:v2.14.3@sha256:${"1".repeat(64)}` };

    for (const docker of [{}, { image: image("rancher/rancher") }])
      expect(changes(restoreEdits(settingsOf(docker), known))["docker.image"]).toBe(known.image);
  });

  it("after a restore without a recorded image keeps the image of that version, with its digest", () => {
    expect(changes(restoreEdits(settingsOf({ image: image("rancher/rancher") }), archive("2.15.2")))).toEqual({
      version: "2.15.2",
      "docker.adopt": undefined,
      "docker.restore": archive("2.15.2").name,
    });
  });

  it("after a takeover has the container's name, its version, and its registry unless that is Docker Hub", () => {
    const settings = settingsOf({});
    const found = { container: "old", version: "2.14.3" };

    expect(changes(adoptEdits(settings, { ...found, image: "rancher/rancher:v2.14.3" }))).toEqual({
      version: "2.14.3",
      "docker.image": undefined,
      "docker.restore": undefined,
      "docker.adopt": "old",
    });
    for (const [from, to] of [
      ["registry.example.com/rancher/rancher:v2.14-head", "registry.example.com/rancher/rancher:v2.14.3"],
      ["docker.io/rancher/rancher:stable", undefined],
      ["sha256:0123", undefined],
    ] as const) {
      expect(changes(adoptEdits(settings, { ...found, image: from }))["docker.image"]).toBe(to);
    }
  });
});
