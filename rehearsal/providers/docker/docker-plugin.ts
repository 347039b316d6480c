import { connect } from "node:net";
import type { Invocation, Plugin, ResourceType } from "../protocol/plugin.ts";
import { own, revealMap } from "../protocol/property-value.ts";
import { registryDigest } from "./registry-digest.ts";

/** Where an engine is when nothing else is said. */
const defaultHost = "unix:///var/run/docker.sock";

const invocations: { readonly [token: string]: Invocation } = {
  "docker:index/getRegistryImage:getRegistryImage": async (args) => {
    const { name, insecureSkipVerify } = revealMap(args);
    if (typeof name !== "string") throw new Error("getRegistryImage wants the name of an image");
    const digest = await registryDigest(name, insecureSkipVerify === true);
    return { id: digest, insecureSkipVerify: insecureSkipVerify === true, name, sha256Digest: digest };
  },
};

const resources: { readonly [type: string]: ResourceType } = {};

/** Stands in for the docker provider: the look-up `getRegistryImage`, without signing in to the registry. */
export function dockerPlugin(version: string): Plugin {
  return {
    version,
    configure: async (configuration) => {
      const host = configuration.get("host") ?? defaultHost;
      // The genuine one connects to an engine at once, whatever is asked of it later, unless it is behind SSH.
      if (host.startsWith("ssh://") || (await answers(host))) return;
      const where = "docker native provider returned an unexpected error from Configure";
      throw new Error(`${where}: failed to connect to any docker daemon`);
    },
    resource: (type) => own(resources, type) ?? refuse(type),
    invoke: (token) => own(invocations, token) ?? refuse(token),
  };
}

function refuse(token: string): never {
  throw new Error(`${token} is not played by the stand-in for the docker provider; install the genuine one`);
}

function answers(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(host.replace(/^unix:\/\//, ""));
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
