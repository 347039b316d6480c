import { mkdirSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { archiveTable, listArchivesScript, readArchives } from "../../../operations/single-node/archives.ts";
import { ScriptSandbox } from "../../support/scripts/script-run.ts";

const old = "rancher-2.14.3-20261119T030000Z.tar.gz";
const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
const image = `rancher/rancher:v2.15.2@${digest}`;
const young = "rancher-2.15.2-20261121T163000Z.tar.gz";

it("lists the archives of a folder, newest first, and no other files", async () => {
  using box = new ScriptSandbox();
  const folder = box.path("my backups");
  mkdirSync(folder);
  const files = {
    [old]: "12345",
    [young]: "1",
    [`${young}.sha256`]: `${"0".repeat(64)}  ${young}\n# image ${image}\n`,
    "rancher-data.facts": "",
    "rancher-unknown-20261121T163000Z.tar.gz": "",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(`${folder}/${name}`, text);

  const { body, name } = listArchivesScript(folder);
  const run = await box.script(body, { name });

  expect([run.code, run.stderr]).toEqual([0, ""]);
  expect(readArchives(run.stdout)).toEqual([
    { name: young, version: "2.15.2", bytes: 1, checked: true, image },
    { name: old, version: "2.14.3", bytes: 5, checked: false },
  ]);
});

it("lists none if the folder does not exist", async () => {
  using box = new ScriptSandbox();

  const run = await box.script(listArchivesScript("/nowhere").body);

  expect([run.code, readArchives(run.stdout)]).toEqual([0, []]);
});

it("shows them with their version, time and size", () => {
  const archives = [
    { name: young, version: "2.15.2", bytes: 1_234_000_000, checked: true, image },
    { name: old, version: "2.14.3", bytes: 98_700_000, checked: false },
  ];

  expect(archiveTable(archives)).toBe(
    [
      "archive                                 Rancher  created (UTC)     size     image",
      `${young}  2.15.2   2026-11-21 16:30  1.2 GB   rancher/rancher@sha256:0123456789ab`,
      `${old}  2.14.3   2026-11-19 03:00  98.7 MB  no checksum`,
    ].join("\n"),
  );
});

it.each(["", "rancher/rancher:v2.15.2", `rancher/rancher:v2.14.3@${digest}`, `x; rm -rf /:v2.15.2@${digest}`])(
  "rejects %j as the image of an archive",
  (written) => {
    expect(readArchives(`1 yes ${young} ${written}\n`)).toEqual([
      { name: young, version: "2.15.2", bytes: 1, checked: true },
    ]);
  },
);
