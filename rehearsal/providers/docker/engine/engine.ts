import { EngineClient } from "./engine-client.ts";

/** How the provider reaches its engine, from the provider's configuration. */
export interface EngineSettings {
  readonly host: string;
  readonly sshOpts: readonly string[];
  /** Trust that an engine is there until a request needs it. */
  readonly unchecked: boolean;
}

/**
 * The engine, asked for by the first resource that needs it: a preview of what is to be made needs none, so a host
 * behind SSH that is not there yet fails the update and not the preview.
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
