import { EngineClient } from "./engine-client.ts";

/** The address of the engine, from the provider's configuration. */
export interface EngineSettings {
  readonly host: string;
  readonly sshOpts: readonly string[];
  /** Do not check that the engine answers before a request needs it. */
  readonly unchecked: boolean;
}

/**
 * Connects to the engine when the first resource needs it. A preview of new resources needs no engine, so a missing SSH
 * host fails only the update.
 */
export function engineOf({ host, sshOpts, unchecked }: EngineSettings): () => Promise<EngineClient> {
  let client: EngineClient | undefined;
  let checked = unchecked;
  return async () => {
    client ??= new EngineClient(host, sshOpts);
    if (!checked) {
      const reachable = `please make sure that ${host} is reachable and has a  '_ping' endpoint`;
      await client.version().catch((error: Error) => {
        throw new Error(
          `failed to create Docker client: Error pinging Docker server, ${reachable}. Error: ${error.message}`,
        );
      });
      checked = true;
    }
    return client;
  };
}
