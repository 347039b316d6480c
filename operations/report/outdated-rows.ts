import {
  certManagerReleases,
  kubernetesReleases,
  rancherAdvisory,
  rancherReleases,
  unsupportedKubernetes,
  type Sourced,
} from "../../components/program/versions.ts";

/** One row of the version tables. */
export interface VersionRow extends Sourced {
  readonly name: string;
}

/** Days after which a row should be compared with its source again. */
export const reviewDays = 90;

export const versionRows: readonly VersionRow[] = [
  { name: "security fixes of Rancher", ...rancherAdvisory },
  ...rows("Rancher", rancherReleases),
  ...rows("Kubernetes", kubernetesReleases),
  ...rows("too new Kubernetes", unsupportedKubernetes),
  ...rows("cert-manager", certManagerReleases),
];

function rows(product: string, table: Readonly<Record<string, Sourced>>): VersionRow[] {
  return Object.entries(table).map(([version, { source, checked }]) => ({
    name: `${product} ${version}`,
    source,
    checked,
  }));
}

/** Rows that were last checked more than `reviewDays` before `today`, the oldest first. */
export function outdatedRows(all: readonly VersionRow[], today: Date): readonly VersionRow[] {
  const limit = today.getTime() - reviewDays * 24 * 60 * 60 * 1000;
  return all
    .filter(({ checked }) => Date.parse(checked) < limit)
    .toSorted((a, b) => a.checked.localeCompare(b.checked));
}

/** One line for each outdated row. */
export function describeRows(outdated: readonly VersionRow[]): string {
  if (outdated.length === 0)
    return `Every row of components/program/versions.ts was checked in the last ${reviewDays} days.`;
  return [
    `Not checked for more than ${reviewDays} days:`,
    ...outdated.map(({ name, source, checked }) => `  ${checked}  ${name}: ${source}`),
    "Compare each with its source, then set its date in components/program/versions.ts.",
  ].join("\n");
}
