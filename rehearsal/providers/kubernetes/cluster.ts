import type { Log } from "../protocol/plugin.ts";
import { ApiServer } from "./api-server.ts";
import { apiAccess, kubeconfigText, type Choice, type KubeconfigText } from "./provider-kubeconfig.ts";

/** The cluster of a provider; `unreachable` is the reason why it cannot be used. */
export interface Cluster {
  readonly api: ApiServer | undefined;
  readonly unreachable: string | undefined;
  readonly kubeconfig: KubeconfigText | undefined;
  readonly choice: Choice;
  readonly defaultNamespace: string;
}

/** The provider's settings, with defaults. */
export interface Settings {
  readonly upsert: boolean;
  readonly patchForce: boolean;
  readonly mutableSecrets: boolean;
  readonly mutableConfigMaps: boolean;
  readonly deleteUnreachable: boolean;
  readonly skipUpdateUnreachable: boolean;
}

/** Reads the settings; defaults are environment variables. @throws for settings that are not supported */
export function settingsOf(configuration: ReadonlyMap<string, string>): Settings {
  const flag = (name: string): boolean => {
    const twin = `PULUMI_K8S_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`.replace(
      "CONFIG_MAP",
      "CONFIGMAP",
    );
    return (configuration.get(name) ?? process.env[twin]) === "true";
  };
  for (const name of ["renderYamlToDirectory", "alwaysRender"]) {
    if (!["", "false", undefined].includes(configuration.get(name))) {
      throw new Error(
        `the kubernetes provider's ${name} is not supported by the fake provider; install the genuine one`,
      );
    }
  }
  if (configuration.get("enableServerSideApply") === "false") {
    throw new Error("the fake kubernetes provider only supports enableServerSideApply; install the genuine one");
  }
  return {
    upsert: flag("upsertExistingObjects"),
    patchForce: flag("enablePatchForce"),
    mutableSecrets: flag("enableSecretMutable"),
    mutableConfigMaps: flag("enableConfigMapMutable"),
    deleteUnreachable: flag("deleteUnreachable"),
    skipUpdateUnreachable: flag("skipUpdateUnreachable"),
  };
}

/** helm's variables for the provider's `helmReleaseSettings`. */
export function helmEnvironmentOf(configuration: ReadonlyMap<string, string>): { [variable: string]: string } {
  const settings = JSON.parse(configuration.get("helmReleaseSettings") || "{}") as {
    [setting: string]: string | undefined;
  };
  const variables: { [variable: string]: string } = {};
  for (const [setting, variable] of helmVariables) {
    const value = settings[setting];
    if (value !== undefined) variables[variable] = value;
  }
  return variables;
}

const helmVariables = [
  ["driver", "HELM_DRIVER"],
  ["pluginsPath", "HELM_PLUGINS"],
  ["registryConfigPath", "HELM_REGISTRY_CONFIG"],
  ["repositoryConfigPath", "HELM_REPOSITORY_CONFIG"],
  ["repositoryCache", "HELM_REPOSITORY_CACHE"],
] as const;

/** Finds the cluster and checks that it answers. If not, this is no error yet: a preview works without the cluster. */
export async function reach(configuration: ReadonlyMap<string, string>, log: Log): Promise<Cluster> {
  const choice: Choice = { context: configuration.get("context"), cluster: configuration.get("cluster") };
  const namespace = configuration.get("namespace");
  const given = configuration.get("kubeconfig");
  try {
    const kubeconfig = kubeconfigText(given);
    if (!kubeconfig) throw new Error("invalid configuration: no configuration has been provided");
    const access = apiAccess(kubeconfig, choice);
    const api = new ApiServer(access);
    const cluster = { api, kubeconfig, choice, defaultNamespace: namespace ?? access.namespace };
    try {
      await api.call("GET", "/version");
      return { ...cluster, unreachable: undefined };
    } catch (error) {
      const unreachable = `unable to load schema information from the API server: ${messageOf(error)}`;
      log("warning", unreachable);
      return { ...cluster, unreachable };
    }
  } catch (error) {
    const unreachable = `unable to load Kubernetes client configuration from kubeconfig file: ${messageOf(error)}`;
    log("warning", unreachable);
    return { api: undefined, kubeconfig: undefined, choice, defaultNamespace: namespace ?? "default", unreachable };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
