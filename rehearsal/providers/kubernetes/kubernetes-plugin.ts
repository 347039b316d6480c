import type { Plugin, ResourceType } from "../protocol/plugin.ts";
import { helmEnvironmentOf, reach, settingsOf, type Cluster, type Settings } from "./cluster.ts";
import { objectType } from "./object-type.ts";
import { providerDifference } from "./provider-difference.ts";
import { releaseType } from "./release-type.ts";

/** The provider that resources belong to. */
export interface Provider {
  readonly cluster: Cluster;
  readonly settings: Settings;
  /** Path of helm, and the environment variables for the provider's `helmReleaseSettings`. */
  readonly helm: string;
  readonly helmEnvironment: { readonly [name: string]: string };
  /** Aborted when the engine stops. */
  readonly stop: AbortSignal;
}

/** Types that consist of other resources, or run on this machine, which are not supported. */
const notSimulated = /^kubernetes:(yaml|yaml\/v2|kustomize|kustomize\/v2|helm\.sh\/v2|helm\.sh\/v4):|Patch$|List$/;

/** Replaces the kubernetes provider: objects of all kinds that need no special waiting, and Releases. */
export function kubernetesPlugin(version: string, helm: string): Plugin {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      stop.abort();
      process.exit(0);
    });
  }
  let object: ResourceType | undefined;
  let release: ResourceType | undefined;
  return {
    version,
    diffConfig: providerDifference,
    configure: async (configuration, log) => {
      const settings = settingsOf(configuration);
      const helmEnvironment = helmEnvironmentOf(configuration);
      const cluster = await reach(configuration, log);
      const provider: Provider = { cluster, settings, helm, helmEnvironment, stop: stop.signal };
      object = objectType(provider);
      release = releaseType(provider);
    },
    resource: (type) => {
      const found = type === "kubernetes:helm.sh/v3:Release" ? release : object;
      if (!found) throw new Error("the kubernetes provider was not configured");
      if (notSimulated.test(type)) {
        throw new Error(`${type} is not supported by the fake kubernetes provider; install the genuine one`);
      }
      return found;
    },
    cancel: () => stop.abort(),
  };
}
