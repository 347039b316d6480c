import {
  certManagerChartRepository,
  defaultRancherChartRepository,
  defaultVersions,
  rancherChartRepositories,
} from "../../components/program/versions.ts";
import { mapping, text, type Mapping } from "../stack-values.ts";
import type { Participant } from "../summary.ts";
import { isReachable } from "./genuine-charts.ts";
import type { ChartName } from "./kubernetes-bounds.ts";
import { serveCharts } from "./repository.ts";

/** A repository that replaces one that the rehearsal cannot reach. */
export interface ReplacedRepository {
  /** The stack file's or default repository, without its password. */
  readonly original: string;
  /** Serves a fake chart on this machine. */
  readonly url: string;
}

export type ReplacedRepositories = Readonly<Partial<Record<ChartName, ReplacedRepository>>>;

/** Where a rehearsal's charts come from. */
export interface ChosenCharts {
  /** By chart. Has only repositories that cannot be reached. */
  readonly replaced: ReplacedRepositories;
  readonly participants: readonly Participant[];
  close(): Promise<void>;
}

interface WantedChart {
  readonly name: ChartName;
  readonly version: string;
  readonly repository: string;
}

/**
 * Chooses for each chart: its own repository if that answers within 3 s, otherwise a fake chart of the same version.
 *
 * @param values The stack file's keys without namespace; the program's defaults fill in the rest.
 * @param alsoServe Further versions of the fake charts, for rehearsing an upgrade.
 * @throws if a version has no fake chart.
 */
export async function chooseCharts(options: {
  readonly values: Mapping;
  readonly folder: string;
  readonly progress: (line: string) => void;
  readonly alsoServe?: Readonly<Partial<Record<ChartName, readonly string[]>>>;
}): Promise<ChosenCharts> {
  const { values, folder, progress, alsoServe = {} } = options;
  const charts = await Promise.all(
    wantedCharts(values).map(async (chart) => ({ ...chart, reachable: await isReachable(chart.repository) })),
  );
  for (const { name, repository, reachable } of charts) {
    progress(
      `${withoutCredentials(repository)} ${reachable ? "answers: its" : "does not answer: a fake"} ${name} chart is used`,
    );
  }
  const participants = charts.map(({ name, version, repository, reachable }): Participant => ({
    name: `chart ${name}`,
    version,
    kind: reachable ? "genuine" : "fake",
    from: reachable ? withoutCredentials(repository) : "this project",
  }));
  const unreachable = charts.filter(({ reachable }) => !reachable);
  if (unreachable.length === 0) return { replaced: {}, participants, close: async () => {} };

  const { url, close } = await serveCharts({
    folder,
    charts: unreachable.map(({ name, version }) => ({
      chart: name,
      versions: [...new Set([version, ...(alsoServe[name] ?? [])])],
    })),
    progress,
  });
  const replaced = Object.fromEntries(
    unreachable.map(({ name, repository }) => [name, { original: withoutCredentials(repository), url }]),
  );
  return { replaced, participants, close };
}

function wantedCharts(values: Mapping): WantedChart[] {
  const certManager = mapping(values["certManager"]);
  const repository = text(values["chartRepository"] ?? defaultRancherChartRepository);
  const known: Readonly<Record<string, string>> = rancherChartRepositories;
  return [
    {
      name: "rancher",
      version: text(values["version"] ?? defaultVersions.rancher),
      repository: (Object.hasOwn(known, repository) ? known[repository] : undefined) ?? repository,
    },
    {
      name: "cert-manager",
      version: text(certManager["version"] ?? defaultVersions.certManager),
      repository: text(certManager["chartRepository"] ?? certManagerChartRepository),
    },
  ];
}

function withoutCredentials(address: string): string {
  return address.replace(/^([a-z]+:\/\/)[^/@]*@/, "$1");
}
