import { describe, expect, it } from "vitest";
import { checkChartValues } from "../../components/chart/chart-check.ts";
import { indexOf, rancherChart, serve, sha256 } from "../support/chart-server.ts";
import { prodSettings } from "../support/prod-stack.ts";

const repository = { "/index.yaml": indexOf({}), "/rancher-2.15.2.tgz": rancherChart };
const typo = { audtLog: { level: 1 }, antiAffinity: "required" };
const credentials = "chart-user:canary-chart-password";

function check(chartRepository: string, chartValues: Record<string, unknown>, userAndPassword?: string) {
  return checkChartValues(prodSettings({ chartRepository, chartValues }), userAndPassword, () => "");
}

describe("chart values", () => {
  it("are checked against the chart of the given repository and version", async () => {
    await using server = await serve(repository);

    expect(await check(server.url, typo)).toEqual({
      problems: [
        {
          key: "rancher:chartValues.audtLog",
          message: "is not a value of the chart rancher 2.15.2, and has no effect. Did you mean auditLog?",
        },
      ],
      warnings: [],
    });
  });

  it("pass when the chart knows them", async () => {
    await using server = await serve(repository);

    const found = await check(server.url, { features: "a=true", resources: { limits: { cpu: 1 } }, proxy: "http://a" });

    expect(found).toEqual({ problems: [], warnings: [] });
  });

  it("cause no request when there are none", async () => {
    await using server = await serve(repository);

    expect(await check(server.url, {})).toEqual({ problems: [], warnings: [] });
    expect(server.requests).toEqual([]);
  });

  it("are checked against a chart from a private repository, fetched with its credentials", async () => {
    await using server = await serve(repository);

    await check(server.url, typo, credentials);

    const basic = `Basic ${Buffer.from(credentials).toString("base64")}`;
    expect(server.requests).toEqual([`/index.yaml ${basic}`, `/rancher-2.15.2.tgz ${basic}`]);
  });

  it("are checked against a chart from an OCI registry, fetched without credentials", async () => {
    const digest = `sha256:${sha256(rancherChart)}`;
    const mediaType = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
    await using server = await serve({
      "/v2/charts/rancher/manifests/2.15.2": JSON.stringify({ layers: [{ mediaType, digest }] }),
      [`/v2/charts/rancher/blobs/${digest}`]: rancherChart,
    });

    const { problems } = await check(`${server.url.replace("http:", "oci:")}/charts`, typo);

    expect(problems.map(({ key }) => key)).toEqual(["rancher:chartValues.audtLog"]);
  });

  it("cause a warning when they cannot be checked, with the reason and without credentials", async () => {
    await using server = await serve({});

    expect(await check(server.url, typo, credentials)).toEqual({
      problems: [],
      warnings: [
        {
          key: "rancher:chartValues",
          message: `were not compared with the values of the chart rancher 2.15.2: ${new URL(server.url).host} answered HTTP 404. Misspelt values have no effect.`,
        },
      ],
    });
  });

  it.each([
    [
      "no chart",
      { ...repository, "/index.yaml": indexOf({ digest: sha256(Buffer.from("x")) }), "/rancher-2.15.2.tgz": "x" },
      "the chart is not a readable archive",
    ],
    ["no index", { "/index.yaml": "<html>" }, "the index cannot be read"],
  ])("cause a warning when the repository returns %s", async (_, answers, why) => {
    await using server = await serve(answers);

    const { problems, warnings } = await check(server.url, typo);

    expect(problems).toEqual([]);
    expect(warnings.map(({ message }) => message)).toEqual([expect.stringContaining(why)]);
  });

  it("cause a problem of the repository when the chart differs from its index", async () => {
    await using server = await serve({ ...repository, "/index.yaml": indexOf({ digest: "ab".repeat(32) }) });

    const { problems, warnings } = await check(server.url, { features: "a=true" });

    expect(warnings).toEqual([]);
    expect(problems).toEqual([
      {
        key: "rancher:chartRepository",
        message: expect.stringMatching(
          /^gives a chart with the SHA-256 \w{12}\.\.\., where the index of 127\.0\.0\.1:\d+ promises abababababab\.\.\. It was changed after its release or in transit\. /,
        ) as string,
      },
    ]);
  });
});
