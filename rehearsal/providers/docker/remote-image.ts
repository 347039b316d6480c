import type { Lifecycle } from "./terraform-bridge/bridged-type.ts";
import type { Fields } from "./terraform-bridge/schema.ts";
import type { EngineClient } from "./engine/engine-client.ts";
import { findImage, localImage } from "./engine/find-image.ts";

const fields: Fields = {
  name: { type: "text", replaces: true },
  keepLocally: { type: "flag" },
  pullTriggers: { type: "set", of: "text", replaces: true },
  forceRemove: { type: "flag" },
  triggers: { type: "map", replaces: true },
  platform: { type: "text", replaces: true },
  imageId: { type: "text", computed: true },
  repoDigest: { type: "text", computed: true },
};

/**
 * `docker:index/remoteImage:RemoteImage`, without builds. An existing local image of that name is used without a pull,
 * even if the registry has another one now, and whatever `pullTriggers` are. Deleting it removes the image unless
 * `keepLocally` is set: resource_docker_image_funcs.go of terraform-provider-docker v4.5.0.
 */
export function remoteImageType(engine: () => Promise<EngineClient>): Lifecycle {
  const named = (state: { readonly [name: string]: unknown }) => String(state["name"] ?? "");
  const found = async (state: { readonly [name: string]: unknown }): Promise<string> => {
    const platform = String(state["platform"] ?? "");
    const { Id } = await findImage(await engine(), named(state), platform).catch((error: Error) => {
      throw new Error(`Unable to read Docker image into resource: ${error.message}`);
    });
    return Id + named(state);
  };
  const read: Lifecycle["read"] = async (_id, state) => {
    const image = await localImage(await engine(), named(state)).catch((error: Error) => {
      throw new Error(`resourceDockerImageRead: error looking up local image "${named(state)}": ${error.message}`);
    });
    if (image === undefined) return undefined;
    const digest = repoDigest(named(state), image.RepoDigests ?? []);
    return { ...state, id: image.Id + named(state), imageId: image.Id, repoDigest: digest };
  };
  return {
    fields,
    outputsOnly: ["imageId", "repoDigest"],
    autonamed: false,
    deleteBeforeReplace: false,
    create: found,
    read,
    update: async (id, _old, planned) => {
      await found(planned);
      const { id: _id, ...state } = (await read(id, planned)) ?? {};
      return state;
    },
    delete: async (_id, state) => {
      if (state["keepLocally"] === true) return;
      const client = await engine();
      const failed = (error: Error): never => {
        throw new Error(`Unable to remove Docker image: ${error.message}`);
      };
      if ((await localImage(client, named(state)).catch(failed)) === undefined) return;
      const query = { noprune: "1", ...(state["forceRemove"] === true && { force: "1" }) };
      await client.ask("DELETE", `/images/${named(state)}`, { query }).catch(failed);
    },
  };
}

/** The image's digest in a registry; empty for an image that was built or imported locally. */
export function repoDigest(name: string, digests: readonly string[]): string {
  if (digests.length <= 1) return digests[0] ?? "";
  const [withoutTag = name] = name.split(":");
  return digests.find((digest) => digest.startsWith(withoutTag)) ?? digests[0]!;
}
