import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tool } from "../../tools/toolbox.mjs";
import type { PendingRelease } from "./deployment.ts";

/**
 * Frees a release that an interrupted run left: Helm would answer "another operation is in progress" for ever, and
 * Pulumi's provider refuses to create a release that is there. An installation the state does not know is uninstalled,
 * also when Helm finished it meanwhile; an unfinished upgrade is rolled back. Both without hooks: Rancher's hooks are
 * for a Rancher that ran.
 *
 * @returns what was done, or `undefined` when nothing stands in the way
 */
export async function freeRelease(release: PendingRelease, kubeconfig: string): Promise<string | undefined> {
  const { name, namespace, operation } = release;
  const helm = await helmWith(kubeconfig);
  const uninstall = () =>
    helm.run(["uninstall", name, "--namespace", namespace, "--no-hooks", "--wait", "--timeout", "2m"]);
  try {
    const status = await helm.status(release);
    if (status !== undefined && (operation === "creating" || status === "pending-install")) {
      await uninstall();
      return `the installation of ${name} that was cut short (${status}), by uninstalling it without hooks`;
    }
    switch (status) {
      case "pending-upgrade":
      case "pending-rollback":
        await helm.run(["rollback", name, "--namespace", namespace, "--no-hooks", "--timeout", "5m"]);
        return `the half-finished upgrade of ${name}, by rolling it back without hooks`;
      case "uninstalling":
        await uninstall();
        return `the half-finished removal of ${name}`;
      default:
        return undefined;
    }
  } finally {
    helm.close();
  }
}

async function helmWith(kubeconfig: string) {
  const { path } = await tool("helm");
  // Helm reads it more than once, so it cannot come through a pipe.
  const folder = mkdtempSync(join(tmpdir(), "rancher-helm-"));
  const file = join(folder, "kubeconfig");
  writeFileSync(file, kubeconfig, { mode: 0o600 });
  // The user's own HELM_KUBECONTEXT, HELM_NAMESPACE, HELM_DRIVER would lead elsewhere.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(HELM_|KUBECONFIG$)/.test(name)));
  const run = (args: readonly string[]) =>
    new Promise<string>((done, failed) => {
      const child = spawn(path, [...args, "--kubeconfig", file], { stdio: ["ignore", "pipe", "pipe"], env });
      let printed = "";
      let words = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
      child.stderr.setEncoding("utf8").on("data", (text: string) => (words += text));
      child.once("error", failed);
      child.once("close", (code) =>
        code === 0 ? done(printed) : failed(new Error(`helm ${args[0]}: ${words.trim()}`)),
      );
    });
  return {
    run,
    status: async ({ name, namespace }: PendingRelease): Promise<string | undefined> => {
      const releases = JSON.parse(
        await run(["list", "--all", "--namespace", namespace, "--filter", `^${name}$`, "--output", "json"]),
      ) as { status: string }[];
      return releases[0]?.status;
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
