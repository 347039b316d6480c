// A separate program in a node's network namespace: fake ingress controller and Rancher on its ports 80 and 443. It
// reads and writes JSON lines (ingress-messages.ts) on standard input and output, so that keys are never in a file. It
// exits at the end of its input, so that it cannot outlive the rehearsal.
import { createInterface } from "node:readline";

import { type IngressListener, openIngressListener } from "./ingress-listener.ts";
import type { FromListener, ListenerSetup, ToListener } from "./ingress-messages.ts";

const tell = (message: FromListener) => process.stdout.write(`${JSON.stringify(message)}\n`);

// Ignore write errors after the owner has exited; the end of the input ends this program.
process.stdout.on("error", () => {});

let listener: IngressListener | undefined;
for await (const line of createInterface({ input: process.stdin })) {
  try {
    if (!listener) {
      listener = await openIngressListener(JSON.parse(line) as ListenerSetup);
      tell({ listening: listener.ports });
      continue;
    }
    const message = JSON.parse(line) as ToListener;
    if ("routes" in message) {
      listener.route(message.routes, message.trust);
      tell({ routes: message.routes.length });
    } else tell({ counters: listener.counters() });
  } catch (error) {
    tell({ failed: error instanceof Error ? error.message : String(error) });
  }
}
process.exit(0);
