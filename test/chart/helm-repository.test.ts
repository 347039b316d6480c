import { describe, expect, it } from "vitest";
import { downloader } from "../../components/chart/download.ts";
import { ChartDiffers, fromHelmRepository } from "../../components/chart/helm-repository.ts";
import { indexOf, rancherChart, serve, sha256 } from "../support/chart-server.ts";

const chart = { name: "rancher", version: "2.15.2" };
const authorization = "Basic canary";
const fetchFrom = (repository: string, credentials?: string) =>
  fromHelmRepository(
    chart,
    repository,
    downloader({ proxyFor: () => "", signal: AbortSignal.timeout(5_000) }),
    credentials,
  );

describe("a chart in a Helm repository", () => {
  it.each(["", "/"])("is found through the index, relative to it, with the credentials: %j", async (end) => {
    await using server = await serve({ "/charts/index.yaml": indexOf({}), "/charts/rancher-2.15.2.tgz": rancherChart });

    expect(await fetchFrom(`${server.url}/charts${end}`, authorization)).toEqual(rancherChart);
    expect(server.requests).toEqual(["/charts/index.yaml Basic canary", "/charts/rancher-2.15.2.tgz Basic canary"]);
  });

  it("may be on another host, which gets no credentials", async () => {
    await using other = await serve({ "/a.tgz": rancherChart });
    await using server = await serve({ "/index.yaml": indexOf({ url: `${other.url}/a.tgz` }) });

    expect(await fetchFrom(server.url, authorization)).toEqual(rancherChart);
    expect(other.requests).toEqual(["/a.tgz -"]);
  });

  it("is refused with both digests when it differs from the index", async () => {
    const digest = "ab".repeat(32);
    await using server = await serve({ "/index.yaml": indexOf({ digest }), "/rancher-2.15.2.tgz": rancherChart });
    const { host } = new URL(server.url);

    const error: unknown = await fetchFrom(server.url).catch((refused: unknown) => refused);

    expect(error).toBeInstanceOf(ChartDiffers);
    expect((error as Error).message).toBe(
      `gives a chart with the SHA-256 ${sha256(rancherChart).slice(0, 12)}..., where the index of ${host} promises abababababab...`,
    );
  });

  it.each([`sha256:${sha256(rancherChart)}`, sha256(rancherChart).toUpperCase()])(
    "is accepted however the index writes the digest: %s",
    async (digest) => {
      await using server = await serve({ "/index.yaml": indexOf({ digest }), "/rancher-2.15.2.tgz": rancherChart });

      expect(await fetchFrom(server.url)).toEqual(rancherChart);
    },
  );

  it.each([
    ["has no such version", indexOf({}).replaceAll("2.15.2", "2.15.9"), "has no rancher 2.15.2"],
    [
      "has no URL for it",
      indexOf({}).replaceAll("urls:\n    - rancher", "keywords:\n    - rancher"),
      "has no URL for rancher 2.15.2",
    ],
    ["refers to a file", indexOf({ url: "file:///etc/passwd" }), "refers to rancher 2.15.2 by file://"],
  ])("is refused when the index %s", async (_, index, message) => {
    await using server = await serve({ "/index.yaml": index });

    await expect(fetchFrom(server.url)).rejects.toThrow(`the index of ${new URL(server.url).host} ${message}`);
  });

  it("may be up to 4 MiB", async () => {
    await using server = await serve({
      "/index.yaml": indexOf({}),
      "/rancher-2.15.2.tgz": Buffer.alloc(4 * 2 ** 20 + 1),
    });

    await expect(fetchFrom(server.url)).rejects.toThrow("answered with more than 4 MiB");
  });
});
