import { describe, expect, it, vi } from "vitest";
import type { Host } from "../../components/host/host.ts";
import type * as scripts from "../../components/host/script.ts";
import { dockerHost } from "../support/dev-stack.ts";
import { singleNodeScripts } from "../support/single-node-scripts.ts";
import { hasShellcheck, unassigned } from "./support/shellcheck.ts";

const rendered: scripts.ScriptText[] = [];

vi.mock("../../components/host/script.ts", async (load) => {
  const original = await load<typeof scripts>();
  const recorded = (render: typeof original.renderScript) => (host: Host, script: scripts.ScriptText) => {
    rendered.push(script);
    return render(host, script);
  };
  return {
    ...original,
    renderScript: recorded(original.renderScript),
    renderShortScript: recorded(original.renderShortScript),
  };
});

const backup = { keep: 7, folder: "/var/backups/rancher", schedule: "daily" };

/** Every script of a stack, so that new scripts are covered automatically. */
describe.skipIf(!hasShellcheck).each([
  ["this machine", {}],
  ["a host over SSH", { host: dockerHost, engine: "install", backup } as const],
])("shellcheck of the scripts of a single node on %s", (_, docker) => {
  it("finds no missing value in them, nor in what they leave for later", async () => {
    rendered.length = 0;
    await singleNodeScripts(docker);

    expect(rendered.length).toBeGreaterThan(10);
    expect(rendered.flatMap(({ name, body }) => unassigned(body).map((line) => `${name}: ${line}`))).toEqual([]);
  });
});
