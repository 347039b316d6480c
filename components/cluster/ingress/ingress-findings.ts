import { KubernetesApiError } from "../existing/kubernetes-api.ts";
import { controllerOf, type RunningController, type Service, type Workload } from "./ingress-controllers.ts";
import { isOwned } from "../ownership.ts";

/** The running ingress controllers, and what configures them. */
export interface IngressFindings {
  /** Charts in kube-system that K3s or RKE2 itself installs and upgrades. */
  readonly packagedCharts: readonly string[];
  readonly chartConfigs: readonly ChartConfig[];
  readonly controllers: readonly RunningController[];
}

/** A HelmChartConfig in kube-system: values merged over those of the packaged chart of the same name. */
export interface ChartConfig {
  readonly name: string;
  /** Whether this stack created it. */
  readonly owned: boolean;
}

type Get = <T>(path: string) => Promise<T>;

interface List<T> {
  readonly items: readonly T[];
}
interface Named {
  readonly metadata?: { readonly name?: string; readonly labels?: Readonly<Record<string, string>> };
}
interface ConfigMap {
  readonly data?: Readonly<Record<string, string>>;
}

const helmCharts = "/apis/helm.cattle.io/v1/namespaces/kube-system";

/** @param stack `<project>/<stack>`, to tell this stack's objects from others'. */ export async function findIngress(
  get: Get,
  stack: string,
): Promise<IngressFindings> {
  const [charts, configs, controllers] = await Promise.all([
    orEmpty(get<List<Named>>(`${helmCharts}/helmcharts`)),
    orEmpty(get<List<Named>>(`${helmCharts}/helmchartconfigs`)),
    findControllers(get),
  ]);
  return {
    packagedCharts: charts.items.map(nameOf),
    chartConfigs: configs.items.map((item) => ({ name: nameOf(item), owned: isOwned(item.metadata?.labels, stack) })),
    controllers,
  };
}

/** Finds every Traefik and ingress-nginx that runs as a Deployment or DaemonSet. */
export async function findControllers(get: Get): Promise<RunningController[]> {
  const lists = await Promise.all(
    (["Deployment", "DaemonSet"] as const).map(async (kind) => {
      const { items } = await get<List<Omit<Workload, "kind">>>(`/apis/apps/v1/${kind.toLowerCase()}s`);
      return items.map((item): Workload => ({ ...item, kind }));
    }),
  );
  const found = await Promise.all(
    lists.flat().map(async (workload) => {
      const controller = controllerOf(workload);
      if (controller === undefined) return [];
      const { namespace } = controller;
      const [services, configMap] = await Promise.all([
        get<List<Service>>(`/api/v1/namespaces/${namespace}/services`),
        controller.configMap === undefined
          ? undefined
          : orUndefined(get<ConfigMap>(`/api/v1/namespaces/${controller.configMap.replace("/", "/configmaps/")}`)),
      ]);
      return [controller.describe(services.items, configMap?.data ?? {})];
    }),
  );
  return found.flat();
}

function nameOf({ metadata }: Named): string {
  return metadata?.name ?? "";
}

/** A cluster without K3s' helm-controller does not have these kinds. */
async function orEmpty<T>(answer: Promise<List<T>>): Promise<List<T>> {
  return (await orUndefined(answer)) ?? { items: [] };
}

async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof KubernetesApiError && error.status === 404) return undefined;
    throw error;
  }
}
