import { spawn } from "node:child_process";
import type { Host } from "./sandbox/host.ts";

/** Opens a root shell on a host in this terminal; resolves when the shell ends. */
export function openShell(host: Host): Promise<void> {
  console.log(`\nA root shell on ${host.name}; leave it with exit.`);
  const [command = "", ...args] = host.enter;
  return new Promise((done, failed) => {
    const shell = spawn(command, [...args, "bash", "-l"], { stdio: "inherit" });
    shell.once("error", failed);
    shell.once("close", () => done());
  });
}

/** Prints how to access the running stack, then waits. @throws the signal's reason */
export function untilInterrupted(
  kept: { readonly folder: string; readonly hostname: string; readonly address?: string; readonly port?: number },
  signal: AbortSignal,
): Promise<void> {
  const { folder, hostname, address, port = 443 } = kept;
  const url = `https://${hostname}${port === 443 ? "" : `:${port}`}/ping`;
  console.log(
    [
      "",
      `Kept until Ctrl-C, in ${folder}. To use it from another terminal:`,
      ...(address === undefined ? [] : [`  curl --insecure --resolve ${hostname}:${port}:${address} ${url}`]),
    ].join("\n"),
  );
  return new Promise((_, failed) => {
    const timer = setInterval(() => undefined, 60_000);
    signal.addEventListener("abort", () => {
      clearInterval(timer);
      failed(signal.reason as Error);
    });
  });
}

/** The commands to run after a rehearsal. */
export function nextCommands(stack: string): string {
  return [
    "Next:",
    `  npm run check-config -- ${stack}        what is missing in the stack file`,
    `  npm run render -- ${stack} --out DIR    every file the stack would deploy`,
    `  npm run rehearse -- ${stack} --keep     the same, and keep it running`,
    `  npm run up -- ${stack}                  install it`,
  ].join("\n");
}
