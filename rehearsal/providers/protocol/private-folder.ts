import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Put before a command: makes the kernel kill it when this process ends, however that ends (util-linux). */
export const dieWithUs = ["setpriv", "--pdeathsig", "KILL", "--"] as const;

/**
 * Makes a temporary folder of mode 0700 that is removed once this process has ended, even by SIGKILL: a small process
 * is left behind that waits for its stdin to close.
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
