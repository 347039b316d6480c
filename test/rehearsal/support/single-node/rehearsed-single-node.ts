import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { answerOf, ask } from "../../../../rehearsal/balancer-client.ts";
import { openSession } from "../../../../rehearsal/genuine-rancher/session.ts";
import { startPhases } from "../../../../rehearsal/phases.ts";
import { outputsOf } from "../../../../rehearsal/single-node/checks.ts";
import {
  startSingleNodeRehearsal,
  type SingleNodeOptions,
  type SingleNodeRehearsal,
} from "../../../../rehearsal/single-node/rehearsal.ts";
import { pulumiRuns, talk, type PulumiRuns } from "../pulumi-runs.ts";

/** A rehearsal of a single node for tests. */
export interface RehearsedSingleNode extends SingleNodeRehearsal, PulumiRuns {
  /** Stores a setting in Rancher, through nginx, as its administrator. */
  mark(value: string): Promise<void>;
  /** The value that `mark` stored, as Rancher returns it. @param password of `admin`. @default the stack's output */
  marked(password?: string): Promise<unknown>;
}

export interface RehearsedSingleNodeOptions extends Pick<SingleNodeOptions, "alsoServe" | "startSeconds"> {
  /** Unique if the project's commands are run: they keep a folder of that name in the clone. @default "dev" */
  readonly stack?: string;
}

/**
 * Creates a rehearsal in a temporary folder, which `close` removes.
 *
 * @param values Keys of the stack file without their namespace.
 * @throws what `startSingleNodeRehearsal` throws
 */
export async function rehearseSingleNode(
  values: Readonly<Record<string, unknown>>,
  options: RehearsedSingleNodeOptions = {},
): Promise<RehearsedSingleNode> {
  const { stack = "dev", ...rest } = options;
  const outerFolder = mkdtempSync(join(tmpdir(), "single-node-"));
  const remove = () => rmSync(outerFolder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  const path = join(outerFolder, `Pulumi.${stack}.yaml`);
  const smallest = { mode: "single-node", hostname: "rancher.localhost", version: "2.15.2" };
  const config = Object.entries({ ...smallest, ...values }).map(([key, value]) => [`rancher:${key}`, value]);
  writeFileSync(path, stringify({ config: Object.fromEntries(config) as unknown }));
  const folder = join(outerFolder, "rehearsal");
  let rehearsal: SingleNodeRehearsal;
  try {
    const phases = startPhases(talk);
    rehearsal = await startSingleNodeRehearsal({ stackFile: { stack, path }, folder, phases, ...rest });
  } catch (error) {
    remove();
    throw error;
  }
  const setting = async (method: string, content?: object, password?: string) => {
    const { caCertificate, bootstrapPassword } = await outputsOf(rehearsal);
    const { hostname, host, wanted } = rehearsal;
    const target = { hostname, address: host.address, ports: wanted.ports, caCertificate: caCertificate ?? "" };
    const { token } = await openSession(target, password ?? bootstrapPassword ?? "");
    const headers = { authorization: `Bearer ${token}` };
    const asked = ask(target, "/v3/settings/marker", { method, headers });
    const { status, body } = await answerOf(asked, content && JSON.stringify(content));
    return status === 200 ? (JSON.parse(body) as { value: unknown }).value : `${status} ${body}`;
  };
  return {
    ...rehearsal,
    ...pulumiRuns({ engine: rehearsal.engine, folder: rehearsal.folder, stack, hear: talk }),
    mark: async (value) => {
      const kept = await setting("PUT", { value });
      if (kept !== value) throw new Error(`Rancher did not store the setting: ${String(kept)}`);
    },
    marked: (password) => setting("GET", undefined, password),
    close: async () => {
      await rehearsal.close();
      // Files that close leaves are kept: a test that removes them would hide the leak.
      const left = existsSync(folder) ? readdirSync(folder) : [];
      remove();
      if (left.length > 0) throw new Error(`the rehearsal left ${left.join(", ")} in its folder`);
    },
  };
}
