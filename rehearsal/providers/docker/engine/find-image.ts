import { EngineRefusal, type EngineClient } from "./engine-client.ts";

/** A local image, as the engine returns it. */
export interface LocalImage {
  readonly Id: string;
  readonly RepoDigests: readonly string[] | null;
}

/** The image of that name, tag, digest or id, if the engine has it. */
export async function localImage(client: EngineClient, name: string): Promise<LocalImage | undefined> {
  return client.ask<LocalImage>("GET", `/images/${name}/json`).catch((error: unknown) => {
    if (error instanceof EngineRefusal && error.status === 404) return undefined;
    throw error;
  });
}

/** The local image of that name; pulled if missing, without signing in to the registry. */
export async function findImage(client: EngineClient, name: string, platform: string): Promise<LocalImage> {
  if (name === "") throw new Error("empty image name is not allowed");
  const there = await localImage(client, name);
  if (there !== undefined) return there;
  await pull(client, name, platform).catch((error: Error) => {
    throw new Error(`unable to pull image ${name}: error pulling image ${name}: ${error.message}`);
  });
  const pulled = await localImage(client, name);
  if (pulled === undefined) throw new Error(`unable to find or pull image ${name}`);
  return pulled;
}

/**
 * Pulls an image. An event in the response reports a pull that fails midway. Like the genuine provider, this ignores it
 * and then does not find the image.
 */
async function pull(client: EngineClient, name: string, platform: string): Promise<void> {
  const { repository, reference } = pullParts(name);
  const query = { fromImage: repository, tag: reference, ...(platform !== "" && { platform: platform.toLowerCase() }) };
  const noSignIn = Buffer.from("{}").toString("base64url");
  await client.lines("POST", "/images/create", { query, headers: { "X-Registry-Auth": noSignIn } });
}

/** Splits a name as Docker does: https://github.com/distribution/reference. A digest takes precedence over a tag. */
export function pullParts(name: string): { readonly repository: string; readonly reference: string } {
  const [, rest = name, digest] = /^([^@]+)(?:@(.+))?$/.exec(name) ?? [];
  const [, path = rest, tag] = /^(.*?)(?::([^:/]+))?$/.exec(rest) ?? [];
  const [first = "", ...others] = path.split("/");
  const hasHost = others.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const repository = hasHost ? path : `docker.io/${others.length > 0 ? path : `library/${path}`}`;
  return { repository, reference: digest ?? tag ?? "latest" };
}
