import type { Plugin } from "../protocol/plugin.ts";
import { own, revealMap } from "../protocol/property-value.ts";
import { terraformBridgedType, type Lifecycle } from "./terraform-bridge/bridged-type.ts";
import { containerType } from "./container/container.ts";
import { EngineClient } from "./engine/engine-client.ts";
import { engineOf, type EngineSettings } from "./engine/engine.ts";
import { networkType } from "./network.ts";
import { registryDigest } from "./registry-digest.ts";
import { remoteImageType } from "./remote-image.ts";
import { volumeType } from "./volume.ts";

/** Default address of the engine. */
const defaultHost = "unix:///var/run/docker.sock";

const registryImage = "docker:index/getRegistryImage:getRegistryImage";

const types: { readonly [type: string]: (engine: () => Promise<EngineClient>) => Lifecycle } = {
  "docker:index/container:Container": containerType,
  "docker:index/network:Network": networkType,
  "docker:index/remoteImage:RemoteImage": remoteImageType,
  "docker:index/volume:Volume": volumeType,
};

/**
 * Replaces the docker provider: networks, volumes, pulled images, containers, and the function `getRegistryImage`. It
 * does not sign in to registries.
 */
export function dockerPlugin(version: string): Plugin {
  let engine = engineOf({ host: defaultHost, sshOpts: [], unchecked: false });
  return {
    version,
    // The bridge does not support secrets: the engine marks them, and the outputs with the same names.
    acceptsSecrets: false,
    configure: async (configuration) => {
      const settings = engineSettings(configuration);
      // The genuine provider connects to the engine immediately, unless it is behind SSH.
      if (!settings.host.startsWith("ssh://")) await connect(settings);
      engine = engineOf(settings);
    },
    resource: (type) => terraformBridgedType((own(types, type) ?? refuse(type))(() => engine())),
    invoke: (token) => {
      if (token !== registryImage) return refuse(token);
      return async (args) => {
        const { name, insecureSkipVerify } = revealMap(args);
        if (typeof name !== "string") throw new Error("getRegistryImage needs the name of an image");
        const digest = await registryDigest(name, insecureSkipVerify === true);
        return { id: digest, insecureSkipVerify: insecureSkipVerify === true, name, sha256Digest: digest };
      };
    },
  };
}

/** Settings that the fake rejects, because ignoring them could lead it to another engine than the genuine provider. */
const notSimulated = ["context", "certPath", "caMaterial", "certMaterial", "keyMaterial", "registryAuth"];

function engineSettings(configuration: ReadonlyMap<string, string>): EngineSettings {
  for (const setting of notSimulated) {
    if (![undefined, "", "[]"].includes(configuration.get(setting))) refuse(`the setting ${setting}`);
  }
  return {
    host: configuration.get("host") ?? process.env["DOCKER_HOST"] ?? defaultHost,
    sshOpts: JSON.parse(configuration.get("sshOpts") ?? "[]") as readonly string[],
    unchecked: configuration.get("disableDockerDaemonCheck") === "true",
  };
}

async function connect({ host, sshOpts }: EngineSettings): Promise<void> {
  await new EngineClient(host, sshOpts).ping().catch(() => {
    const where = "docker native provider returned an unexpected error from Configure";
    throw new Error(`${where}: failed to connect to any docker daemon`);
  });
}

function refuse(what: string): never {
  throw new Error(`${what} is not supported by the fake docker provider; install the genuine one`);
}
