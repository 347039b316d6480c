import { changedPaths, type Difference } from "../protocol/difference.ts";
import { own, reveal, Secret, unknown, type Properties, type Value } from "../protocol/property-value.ts";
import { activeCluster, kubeconfigText } from "./provider-kubeconfig.ts";

const clusterKeys = ["kubeconfig", "context", "cluster"];

/**
 * The effect of a change of the provider. Replacing a provider replaces all its resources. This happens if the cluster may
 * have changed, that is unless `clusterIdentifier` is set and stays the same.
 */
export function providerDifference(olds: Properties, news: Properties): Difference {
  const changes = changedPaths(olds, news);
  changes.delete("version");
  const identifier = plain(own(news, "clusterIdentifier"));
  const isSameCluster = identifier !== undefined && identifier === plain(own(olds, "clusterIdentifier"));
  const found = (replaces: readonly string[]): Difference => ({
    changes,
    replaces: isSameCluster ? [] : replaces,
    deleteBeforeReplace: false,
  });
  if (changes.size === 0) return found([]);
  const replaces = changes.get("clusterIdentifier") === "update" ? ["clusterIdentifier"] : [];
  const computed = clusterKeys.find((key) => plain(own(news, key)) === unknown);
  if (computed !== undefined) return found([...replaces, computed]);

  const [before, after] = [clusterOf(olds), clusterOf(news)];
  if (before !== undefined && after !== undefined && before !== after) {
    replaces.push(...clusterKeys.filter((key) => changes.has(key)));
  }
  return found(replaces);
}

function clusterOf(configuration: Properties): string | undefined {
  const text = (key: string) => {
    const value = reveal(own(configuration, key));
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const kubeconfig = kubeconfigText(text("kubeconfig"));
  if (!kubeconfig) return undefined;
  return activeCluster(kubeconfig.text, { context: text("context"), cluster: text("cluster") });
}

function plain(value: Value | undefined): Value | undefined {
  return value instanceof Secret ? value.value : value;
}
