import { expect, it } from "vitest";
import { HighAvailability } from "../../components/recipes/high-availability.ts";
import { synthesise } from "../../operations/engine/synthesis.ts";
import { prodCluster, prodSecrets, prodSettings } from "../support/prod-stack.ts";
import { page, tableRows } from "./pages.ts";

/** The column "within" of the row whose first or second column begins like this. */
function statedLimit(fault: string): string {
  const row = tableRows(page("docs/interrupted-runs.md"), "fault").find(([name]) => name?.startsWith(fault));
  return row?.[2] ?? `no row ${fault}`;
}

it("docs/interrupted-runs.md has the time limits of scripts and charts", async () => {
  const { registrations } = await synthesise(
    () => new HighAvailability("rancher", { settings: prodSettings(), secrets: prodSecrets(), cluster: prodCluster() }),
    { stack: "prod" },
  );

  const scripts = registrations.filter(({ type }) => type === "command:remote:Command");
  const limits = scripts.map(
    ({ inputs }) => /^seconds=(\d+)$[^]*timeout -k (\d+) /m.exec(String(inputs["create"])) ?? [],
  );
  expect(scripts.length).toBeGreaterThan(1);
  for (const [, seconds, more] of limits)
    expect(statedLimit("a script takes")).toBe(`${seconds} s, and ${more} s more`);

  const charts = registrations.filter(({ type }) => type === "kubernetes:helm.sh/v3:Release");
  const stated = { "cert-manager": statedLimit("cert-manager"), rancher: statedLimit("Rancher") };
  expect(Object.fromEntries(charts.map(({ inputs }) => [inputs["name"], `${String(inputs["timeout"])} s`]))).toEqual(
    stated,
  );
});
