import { describe, expect, it } from "vitest";
import { downloader } from "../../components/chart/download.ts";
import { ChartDiffers } from "../../components/chart/helm-repository.ts";
import { fromOciRegistry } from "../../components/chart/oci-registry.ts";
import { type Answers, rancherChart, serve, sha256 } from "../support/chart-server.ts";

const digest = `sha256:${sha256(rancherChart)}`;
const layer = { mediaType: "application/vnd.cncf.helm.chart.content.v1.tar+gzip", digest };
const manifest = JSON.stringify({
  layers: [{ mediaType: "application/vnd.cncf.helm.chart.provenance.v1.prov", digest: "x" }, layer],
});
const paths = { manifest: "/v2/charts/rancher/manifests/2.15.2", blob: `/v2/charts/rancher/blobs/${digest}` };
const fetchFrom = (url: string, version = "2.15.2") =>
  fromOciRegistry(
    { name: "rancher", version },
    `${url.replace(/^http:/, "oci:")}/charts/`,
    downloader({ proxyFor: () => "", signal: AbortSignal.timeout(5_000) }),
  );

/** Responds only to requests with the token that `/token` issues. */
function asking(challenge: (host: string) => string, content: string | Buffer): Answers[string] {
  return (request, response) => {
    if (request.headers.authorization === "Bearer canary-token") return void response.end(content);
    response.writeHead(401, { "www-authenticate": challenge(request.headers.host ?? "") }).end();
  };
}

describe("a chart in an OCI registry", () => {
  it("is the layer that its manifest names", async () => {
    await using server = await serve({ [paths.manifest]: manifest, [paths.blob]: rancherChart });

    expect(await fetchFrom(server.url)).toEqual(rancherChart);
    expect(server.requests).toEqual([`${paths.manifest} -`, `${paths.blob} -`]);
  });

  it("has an underscore in its tag for a plus sign in its version", async () => {
    await using server = await serve({});

    await expect(fetchFrom(server.url, "2.15.2+up1")).rejects.toThrow("HTTP 404");
    expect(server.requests).toEqual(["/v2/charts/rancher/manifests/2.15.2_up1 -"]);
  });

  it("is fetched with the registry's anonymous token, which the blob storage does not get", async () => {
    await using storage = await serve({ "/blob": rancherChart });
    const challenge = (host: string) =>
      `Bearer realm="http://${host}/token",service="registry.example.com",scope="repository:charts/rancher:pull"`;
    await using server = await serve({
      [paths.manifest]: asking(challenge, manifest),
      [paths.blob]: (_, response) => void response.writeHead(307, { location: `${storage.url}/blob` }).end(),
      "/token?service=registry.example.com&scope=repository%3Acharts%2Francher%3Apull": '{"token":"canary-token"}',
    });

    expect(await fetchFrom(server.url)).toEqual(rancherChart);
    expect(storage.requests).toEqual(["/blob -"]);
    expect(server.requests.map((request) => request.split(" ").slice(1).join(" "))).toEqual([
      "-",
      "-",
      "Bearer canary-token",
      "Bearer canary-token",
    ]);
  });

  it.each(['Basic realm="registry"', "", 'Bearer service="x"'])(
    "is refused when the registry requires a sign-in: %j",
    async (challenge) => {
      await using server = await serve({ [paths.manifest]: asking(() => challenge, manifest) });

      await expect(fetchFrom(server.url)).rejects.toThrow("answered HTTP 401 (it requires credentials, or other ones)");
    },
  );

  it.each([
    ["no JSON", "<html>", /did not answer as a registry does/],
    [
      "an image",
      JSON.stringify({ layers: [{ ...layer, mediaType: "application/vnd.oci.image.layer.v1.tar" }] }),
      /is not a chart/,
    ],
    [
      "a digest that leads elsewhere",
      JSON.stringify({ layers: [{ ...layer, digest: "../../etc" }] }),
      /is not a chart/,
    ],
  ])("is none where the manifest is %s", async (_, answer, message) => {
    await using server = await serve({ [paths.manifest]: answer });

    await expect(fetchFrom(server.url)).rejects.toThrow(message);
  });

  it("is refused when it differs from the manifest", async () => {
    await using server = await serve({ [paths.manifest]: manifest, [paths.blob]: "something else" });

    await expect(fetchFrom(server.url)).rejects.toThrow(ChartDiffers);
  });
});
