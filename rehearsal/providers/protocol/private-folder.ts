import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Prefix of a command. The kernel kills the command when this process ends in any way (util-linux). */
export const dieWithUs = ["setpriv", "--pdeathsig", "KILL", "--"] as const;

/**
 * Creates a temporary folder of mode 0700. It is removed when this process has ended, even by SIGKILL: a small process
 * waits until its stdin is closed.
 */
export function privateFolder(purpose: string): string {
  const folder = mkdtempSync(join(tmpdir(), `pulumi-${purpose}-`));
  const keeper = spawn("sh", ["-c", 'cat >/dev/null; rm -rf -- "$1"', "keeper", folder], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
    cwd: "/",
  });
  keeper.on("error", () => undefined);
  keeper.unref();
  (keeper.stdin as { unref?: () => void }).unref?.();
  return folder;
}
