import {
  certManagerChartRepository,
  defaultRancherChartRepository,
  defaultVersions,
  rancherChartRepositories,
} from "../../components/versions.ts";
import type { Participant } from "../summary.ts";
import { genuineCharts } from "./genuine-charts.ts";
import type { ChartName } from "./kubernetes-bounds.ts";
import { serveCharts } from "./repository.ts";

/** Where a rehearsal's charts come from. */
export interface ChosenCharts {
  /** Of our own repository; absent where the vendors' can be reached. */
  readonly url?: string;
  readonly participants: readonly Participant[];
  close(): Promise<void>;
}

/**
 * The vendors' charts where their repositories answer within 3 s, else stand-ins in the versions the stack file names.
 *
 * @param values The stack file's keys without namespace; what is missing there is the program's default.
 * @param alsoServe Further versions of our stand-ins, for rehearsals of an upgrade.
 * @throws when a version is not one of a chart we can play.
 */
export async function chooseCharts(options: {
  readonly values: Readonly<Record<string, unknown>>;
  readonly folder: string;
  readonly progress: (line: string) => void;
  readonly alsoServe?: Readonly<Partial<Record<ChartName, readonly string[]>>>;
  /** @default the vendors' */
  readonly vendors?: readonly string[];
}): Promise<ChosenCharts> {
  const { values, folder, progress, alsoServe = {}, vendors = defaultVendors } = options;
  const certManager = values["certManager"] as { version?: unknown } | undefined;
  const wanted: Record<ChartName, string> = {
    rancher: String(values["version"] ?? defaultVersions.rancher),
    "cert-manager": String(certManager?.version ?? defaultVersions.certManager),
  };
  const names = Object.keys(wanted) as ChartName[];
  const participant = (name: ChartName, kind: Participant["kind"], from: string): Participant => ({
    name: `chart ${name}`,
    version: wanted[name],
    kind,
    from,
  });
  if (await genuineCharts(vendors)) {
    progress("the vendors' chart repositories answer: their charts are used");
    const participants = names.map((name) => participant(name, "genuine", "its vendor's repository"));
    return { participants, close: async () => {} };
  }
  progress("the vendors' chart repositories do not answer: charts written for rehearsals are used");
  const charts = names.map((chart) => ({
    chart,
    versions: [...new Set([wanted[chart], ...(alsoServe[chart] ?? [])])],
  }));
  const { url, close } = await serveCharts({ folder, charts, progress });
  return { url, close, participants: names.map((name) => participant(name, "stand-in", "this project")) };
}

const defaultVendors = [rancherChartRepositories[defaultRancherChartRepository], certManagerChartRepository];
