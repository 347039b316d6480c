import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Sandbox } from "../../../rehearsal/sandbox/sandbox.ts";
import { issue } from "../../support/certificates.ts";
import { hostname } from "./balanced.ts";

/** Behaviour of a node: answers; answers 503, to `/healthz` too; accepts and does not respond; resets. */
export type NodeBehaviour = "answers" | "answers 503" | "hangs" | "resets";

export interface NodeSetup {
  readonly name: string;
  /** PEM. */
  readonly certificate: string;
  /** PEM. */
  readonly key: string;
  /** Refuses connections that do not start with the PROXY protocol's line. */
  readonly proxyProtocol: boolean;
}

/** Commands of the test to a node's program. The reply to each is one word. */
export interface NodeOrder {
  readonly setup?: NodeSetup;
  readonly behaviour?: NodeBehaviour;
  /** Whether the node listens on its ports. */
  readonly alive?: boolean;
}

export type NodeWord = { readonly checks: number } | { readonly failed: string };

/**
 * A node of a cluster as seen by a layer-4 load balancer: an address with ports 80 and 443, where a request is answered
 * `NODE HOST CLIENT` and an upgraded connection is echoed. CLIENT is the address in the PROXY protocol.
 */
export interface RancherNode {
  readonly name: string;
  readonly address: string;
  behave(behaviour: NodeBehaviour): Promise<void>;
  /** Every connection is reset, the ports refuse. */
  die(): Promise<void>;
  /** Listens again. */
  comeBack(): Promise<void>;
  /** Drops packets from and to it silently. */
  vanish(): Promise<void>;
  reappear(): Promise<void>;
  /** Number of requests for `/healthz`. */
  checks(): Promise<number>;
}

/** Nodes of one cluster, and the CA that signed their certificates. */
export interface RancherNodes {
  readonly nodes: readonly RancherNode[];
  /** PEM. */
  readonly ca: string;
}

const program = join(import.meta.dirname, "rancher-node-main.ts");

/** Creates members of the sandbox's network and starts a node's program on each. They end with the sandbox. */
export async function startRancherNodes(
  sandbox: Sandbox,
  names: readonly string[],
  { proxyProtocol = false }: { readonly proxyProtocol?: boolean } = {},
): Promise<RancherNodes> {
  const authority = await issue({ name: "CA of the nodes", ca: true });
  const leaf = await issue({ name: hostname, issuer: authority, hosts: [hostname] });
  const setup = { certificate: leaf.pem, key: leaf.key, proxyProtocol };
  const nodes = await Promise.all(names.map((name) => startNode(sandbox, { name, ...setup })));
  return { nodes, ca: authority.pem };
}

async function startNode(sandbox: Sandbox, setup: NodeSetup): Promise<RancherNode> {
  const { name } = setup;
  const place = await sandbox.addNode({ name });
  const child = place.spawn(process.execPath, ["--import", "tsx", program], {
    stdio: ["pipe", "pipe", "ignore"],
    cwd: join(import.meta.dirname, "../../.."),
    env: { PATH: process.env["PATH"] ?? "", NODE_NO_WARNINGS: "1" },
  });
  const lines = createInterface({ input: child.stdout! });
  const gone = once(child, "exit").then(() => Promise.reject(new Error(`the program of node ${name} has ended`)));
  gone.catch(() => undefined);
  let last: Promise<unknown> = Promise.resolve();
  const send = (order: NodeOrder): Promise<number> => {
    const reply = last.then(async () => {
      const answered = once(lines, "line");
      child.stdin!.write(`${JSON.stringify(order)}\n`);
      const [line] = (await Promise.race([answered, gone])) as [string];
      const word = JSON.parse(line) as NodeWord;
      if ("failed" in word) throw new Error(`node ${name}: ${word.failed}`);
      return word.checks;
    });
    last = reply.catch(() => undefined);
    return reply;
  };
  await send({ setup });
  return {
    name,
    address: place.address,
    behave: async (behaviour) => void (await send({ behaviour })),
    die: async () => void (await send({ alive: false })),
    comeBack: async () => void (await send({ alive: true })),
    vanish: () => place.freeze(),
    reappear: () => place.thaw(),
    checks: () => send({}),
  };
}
