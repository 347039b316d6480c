import { NotReady, type ResourceType } from "../protocol/plugin.ts";
import { own, revealMap, type JsonObject, type Properties } from "../protocol/property-value.ts";
import { Helm, type HelmRelease } from "./helm.ts";
import type { Provider } from "./kubernetes-plugin.ts";
import { notSimulated, releaseInputs, type ReleaseInputs } from "./release-inputs.ts";
import {
  foreseenOutputs,
  isVagueRelease,
  releaseDifference,
  releaseOutputs,
  rememberedInputs,
} from "./release-state.ts";

/** `helm.v3.Release`, with the real helm. */
export function releaseType({ cluster, settings, helm: program, helmEnvironment, stop }: Provider): ResourceType {
  const helm = new Helm(program, cluster, stop, helmEnvironment);
  const needCluster = (doing: string) => {
    if (cluster.unreachable === undefined) return;
    throw new Error(`can't ${doing} Helm Release with unreachable cluster: ${cluster.unreachable}`);
  };
  const idOf = (release: ReleaseInputs) => `${release.namespace}/${release.name}`;
  const failed = (inputs: Properties, plain: JsonObject, made: HelmRelease, what: string, error: unknown): NotReady => {
    const id = idOf(asRelease(plain));
    const reason = `failed to become available within allocated timeout. Error: Helm Release ${id}: ${messageOf(error)}`;
    return new NotReady(
      `Helm release ${JSON.stringify(id)} ${what}. Use Helm CLI to investigate: ${reason}`,
      id,
      releaseOutputs(inputs, plain, made),
    );
  };

  return {
    check: async (request, olds, news) => {
      if (cluster.unreachable !== undefined && settings.skipUpdateUnreachable) return { inputs: olds };
      const inputs = releaseInputs(news, olds, request.name, cluster.defaultNamespace);
      const failures = notSimulated(inputs);
      if (failures.length > 0 || isVagueRelease(news)) return { inputs, failures };
      try {
        const version = await helm.chartVersion(asRelease(revealMap(inputs)));
        return { inputs: { ...inputs, version } };
      } catch (error) {
        const reason = `${messageOf(error)}; check the chart name and repository configuration.`;
        return { inputs, failures: [{ property: "chart", reason }] };
      }
    },
    diff: (_request, olds, _oldInputs, news) => releaseDifference(olds, news),
    create: async (request, inputs) => {
      if (request.preview) return { id: "", outputs: foreseenOutputs(inputs) };
      needCluster("create");
      const plain = revealMap(inputs);
      const release = asRelease(plain);
      // A release that already exists is not this resource's, whatever the result of the install.
      const wasThere = (await helm.find(release.name, release.namespace)) !== undefined;
      try {
        return { id: idOf(release), outputs: releaseOutputs(inputs, plain, await helm.install(release)) };
      } catch (error) {
        const left = wasThere ? undefined : await helm.find(release.name, release.namespace).catch(() => undefined);
        if (!left) throw error;
        request.log(
          "warning",
          `Helm release ${JSON.stringify(release.name)} was created but has a failed status. Use the \`helm\` command to investigate the error, correct it, then retry. Reason: ${messageOf(error)}`,
        );
        throw failed(inputs, plain, left, "was created, but failed to initialize completely", error);
      }
    },
    update: async (request, _id, _olds, news) => {
      if (request.preview) return foreseenOutputs(news);
      needCluster("update");
      const plain = revealMap(news);
      const release = asRelease(plain);
      const before = await helm.find(release.name, release.namespace);
      try {
        return releaseOutputs(news, plain, await helm.upgrade(release));
      } catch (error) {
        const after = await helm.find(release.name, release.namespace).catch(() => undefined);
        // An upgrade without a new revision has changed nothing.
        if (!after || after.version === before?.version) throw error;
        throw failed(news, plain, after, "failed to initialize completely", error);
      }
    },
    read: async (_request, _id, outputs) => {
      needCluster("read");
      const inputs = rememberedInputs(outputs);
      const found = await helm.find(String(own(outputs, "name")), String(own(outputs, "namespace")));
      if (!found) return undefined;
      return { inputs, outputs: releaseOutputs(inputs, revealMap(inputs), found) };
    },
    delete: async (_request, _id, outputs) => {
      needCluster("delete");
      await helm.uninstall(asRelease(revealMap(outputs)));
    },
  };
}

function asRelease(plain: JsonObject): ReleaseInputs {
  return plain as unknown as ReleaseInputs;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
