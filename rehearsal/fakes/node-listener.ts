import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { bundled } from "../../tools/bundle/bundle.mjs";
import type { Node } from "../sandbox/node.ts";
import type { Counters, FromListener, ListenerSetup, Route, ToListener, Trust } from "./ingress/ingress-messages.ts";

/** A node of the sandbox, on which a program can be started. */
export type ListenerPlace = Pick<Node, "name" | "address" | "spawn">;

/** The listener on one node, as the rehearsal sees it. */
export interface NodeListener {
  readonly node: string;
  readonly ports: { readonly http: number; readonly https: number };
  route(routes: readonly Route[], trust: Trust): Promise<void>;
  counters(): Promise<Counters>;
  close(): Promise<void>;
}

/** Timeout for opening the ports and for each answer, in milliseconds. */
const timeout = 30_000;
/** Time to exit before it is killed, in milliseconds. */
const grace = 3000;

/**
 * Starts the listener on a node; its errors go to `logFile` (mode 0600).
 *
 * @throws when a port is in use or it does not start within 30 s.
 */
export async function startNodeListener(
  place: ListenerPlace,
  setup: Omit<ListenerSetup, "node" | "address">,
  logFile: string,
): Promise<NodeListener> {
  const log = openSync(logFile, "a", 0o600);
  const child: ChildProcess = place.spawn(process.execPath, [fileURLToPath(bundled("ingress-node.mjs"))], {
    stdio: ["pipe", "pipe", log],
    env: { PATH: process.env["PATH"] ?? "", NODE_NO_WARNINGS: "1" },
  });
  closeSync(log);
  const ended = once(child, "exit");
  child.stdin!.on("error", () => {});

  const waiting: { resolve: (message: FromListener) => void; reject: (error: Error) => void }[] = [];
  createInterface({ input: child.stdout! }).on("line", (line) => {
    waiting.shift()?.resolve(JSON.parse(line) as FromListener);
  });
  const gone = new Error(`The listener of node ${place.name} has ended. See ${logFile}.`);
  let isGone = false;
  child.on("exit", () => {
    isGone = true;
    for (const { reject } of waiting.splice(0)) reject(gone);
  });

  /** Answers come in the order of the queries. */
  const ask = async (message: ListenerSetup | ToListener): Promise<Exclude<FromListener, { failed: string }>> => {
    if (isGone) throw gone;
    let timer: NodeJS.Timeout | undefined;
    const answer = await new Promise<FromListener>((resolve, reject) => {
      waiting.push({ resolve, reject });
      const late = `The listener of node ${place.name} did not answer within ${timeout / 1000} s.`;
      timer = setTimeout(() => reject(new Error(late)), timeout);
      child.stdin!.write(`${JSON.stringify(message)}\n`);
    }).finally(() => clearTimeout(timer));
    if ("failed" in answer) throw new Error(`The listener of node ${place.name} failed: ${answer.failed}`);
    return answer;
  };
  const close = async () => {
    child.stdin!.end();
    const quick = setTimeout(() => child.kill("SIGKILL"), grace);
    await ended.finally(() => clearTimeout(quick));
  };

  try {
    const answer = await ask({ ...setup, node: place.name, address: place.address });
    if (!("listening" in answer)) throw new Error(`node ${place.name} answered out of turn`);
    return {
      node: place.name,
      ports: answer.listening,
      route: async (routes, trust) => void (await ask({ routes, trust })),
      counters: async () => {
        const counted = await ask({ ask: "counters" });
        if (!("counters" in counted)) throw new Error(`node ${place.name} answered out of turn`);
        return counted.counters;
      },
      close,
    };
  } catch (error) {
    child.stdin!.destroy();
    child.kill("SIGKILL");
    throw error;
  }
}
