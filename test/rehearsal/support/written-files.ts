import { setTimeout as sleep } from "node:timers/promises";
import type { Host } from "../../../rehearsal/sandbox/host.ts";

/**
 * Not written by a script: nginx's log, whenever a client disconnects; and the packages shared by this machine's
 * sandboxes, whose link count changes with every other sandbox.
 */
const ofOthers = /^\/var\/(log\/nginx\/connections\.log|cache\/apt\/archives\/[^/]+\.deb)$/;

/**
 * Records this moment on a host. The returned function lists every file and folder written, moved or changed in mode
 * since, including those that were rewritten with the same content.
 */
export async function watchWrites(host: Host): Promise<() => Promise<string[]>> {
  const mark = "/dev/shm/moment";
  await sleep(20); // The kernel's clock for files ticks every few milliseconds.
  const { code, stderr } = await host.exec(["touch", mark]);
  if (code !== 0) throw new Error(`${host.name}: ${stderr}`);
  await sleep(20);
  return async () => {
    const look = ["find", "/", "/run", "-xdev", "(", "-newercc", mark, "-o", "-newermc", mark, ")"];
    const found = await host.exec([...look, "-print"]);
    if (found.code !== 0) throw new Error(`${host.name}: ${found.stderr}`);
    return found.stdout.split("\n").filter((path) => path !== "" && !ofOthers.test(path));
  };
}
