import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readChartArchive } from "../../components/chart/chart-archive.ts";
import { packChart } from "../support/chart-server.ts";

describe("a packaged chart", () => {
  it("yields its files by their path in the chart, without the bundled charts", async () => {
    const archive = packChart("rancher", {
      "Chart.yaml": "name: rancher\n",
      "templates/nested/a.yaml": "x".repeat(2000),
      "charts/sub/values.yaml": "a: 1\n",
    });

    expect([...(await readChartArchive(archive))]).toEqual([
      ["Chart.yaml", "name: rancher\n"],
      ["templates/nested/a.yaml", "x".repeat(2000)],
    ]);
  });

  it.each([
    ["a web page", Buffer.from("<html></html>")],
    ["another compressed file", gzipSync("x".repeat(5000))],
    ["cut off", packChart("rancher", { "Chart.yaml": "x".repeat(2000) }).subarray(0, 60)],
    ["too large when unpacked", packChart("rancher", { "Chart.yaml": " ".repeat(33 * 2 ** 20) })],
  ])("that is %s is refused", async (_, archive) => {
    await expect(readChartArchive(archive)).rejects.toThrow("the chart is not a readable archive");
  });

  it("is refused without a Chart.yaml", async () => {
    await expect(readChartArchive(packChart("rancher", { "values.yaml": "" }))).rejects.toThrow(
      "the chart has no Chart.yaml",
    );
  });
});
