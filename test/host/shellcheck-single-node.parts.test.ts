import { beforeAll, describe, expect, it } from "vitest";
import { localPreamble } from "../../components/host/local-preamble.ts";
import { preamble } from "../../components/host/script-preamble.ts";
import { dockerHost } from "../support/dev-stack.ts";
import { innerScript, singleNodeScripts } from "../support/single-node-scripts.ts";
import { findings, hasShellcheck, laterScripts, undoSteps, watchers } from "./support/shellcheck.ts";

const place = { name: "test", stateFolder: "/var/lib/rancher-stack" };
const backup = { keep: 7, folder: "/var/backups/rancher", schedule: "daily" };

/** Every script of a stack, so that new scripts are covered automatically. */
describe.skipIf(!hasShellcheck).each([
  ["this machine", {}, localPreamble(place)],
  ["a host over SSH", { host: dockerHost, engine: "install", backup } as const, preamble(place)],
])("shellcheck of the scripts of a single node on %s", (where, docker, before) => {
  let scripts: [string, string][];
  beforeAll(async () => {
    scripts = [...(await singleNodeScripts(docker))];
  });

  const found = (texts: readonly [string, string][]) =>
    texts.flatMap(([name, text]) =>
      findings(text)
        .split("\n")
        .filter(Boolean)
        .map((line) => `${name}: ${line}`),
    );
  const once = (texts: readonly string[]) =>
    [...new Set(texts)].map((text): [string, string] => [text.slice(0, 80), text]);
  const bodies = () => scripts.map(([, text]) => innerScript(text) ?? "");

  it("finds nothing in the scripts", () => {
    expect(scripts.length).toBeGreaterThan(10);
    expect(
      found(
        scripts.flatMap(([name, text]) => {
          const inner = innerScript(text);
          return inner === undefined ? [[name, text]] : [[name, `${inner}\n`]];
        }),
      ),
    ).toEqual([]);
  });

  it("finds nothing in their wrappers", () => {
    const outer = scripts.map(([, text]) => text.replace(innerScript(text) ?? "", ":"));

    expect(found(once(outer.slice(0, 1)))).toEqual([]);
  });

  it("finds nothing in scripts that run later", () => {
    const later = bodies().flatMap(laterScripts);
    const undone = bodies().flatMap(undoSteps);
    const watching = [...bodies(), ...undone, ...later].flatMap(watchers);

    expect(new Set(later).size).toBe(where === "this machine" ? 0 : 3);
    expect(undone.length).toBeGreaterThanOrEqual(3);
    expect(new Set(watching).size).toBe(3);
    expect(found(once([...later, ...undone.map((step) => `${before}\n${step}`), ...watching]))).toEqual([]);
  });
});
