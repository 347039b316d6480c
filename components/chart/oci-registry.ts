import { z } from "zod";
import { type Download, isLoopback, UnexpectedStatus } from "./download.ts";
import { mostOfChart, verify, type WantedChart } from "./helm-repository.ts";

/** Bytes of a manifest or a token. */
const mostOfAnswer = 2 ** 20;

const manifestType = "application/vnd.oci.image.manifest.v1+json";
/** https://helm.sh/docs/topics/registries/#helm-chart-manifest */
const chartLayer = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

const manifestAnswer = z.object({ layers: z.array(z.object({ mediaType: z.string(), digest: z.string() })) });
const tokenAnswer = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/**
 * Downloads the archive of a chart from an OCI registry anonymously, without Helm's registry login.
 *
 * @param repository `oci://` URL of the chart's parent.
 */
export async function fromOciRegistry(chart: WantedChart, repository: string, download: Download): Promise<Buffer> {
  const { host, pathname } = new URL(repository);
  // Docker Hub's registry has another host name.
  const registry = host === "docker.io" ? "registry-1.docker.io" : host;
  const plain = isLoopback(new URL(`https://${host}`));
  const name = `${pathname.replace(/^\/+|\/+$/g, "")}/${chart.name}`.replace(/^\//, "");
  const base = `${plain ? "http" : "https"}://${registry}/v2/${name}`;
  const tag = chart.version.replaceAll("+", "_"); // a tag cannot contain a plus sign
  const manifest = new URL(`${base}/manifests/${tag}`);
  let authorization: string | undefined;
  const get = (url: URL, limit: number) =>
    download(url, { limit, accept: `${manifestType}, application/octet-stream`, authorization });
  const text = await get(manifest, mostOfAnswer).catch(async (error: unknown) => {
    if (!(error instanceof UnexpectedStatus) || error.status !== 401) throw error;
    authorization = await anonymousToken(error, download);
    return get(manifest, mostOfAnswer);
  });
  const { layers } = read(text, manifestAnswer, registry);
  const digest = layers.find(({ mediaType }) => mediaType === chartLayer)?.digest;
  if (digest === undefined || !/^sha256:[0-9a-f]{64}$/.test(digest))
    throw new Error(`the artifact of that name in ${registry} is not a chart`);
  const archive = await get(new URL(`${base}/blobs/${digest}`), mostOfChart);
  verify(archive, digest, `the manifest of ${registry}`);
  return archive;
}

/** https://distribution.github.io/distribution/spec/auth/token/ */
async function anonymousToken(refused: UnexpectedStatus, download: Download): Promise<string> {
  const parameters = new Map(
    [...refused.challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [key, value]),
  );
  const realm = parameters.get("realm");
  if (!/^bearer /i.test(refused.challenge) || realm === undefined || !URL.canParse(realm)) throw refused;
  const url = new URL(realm);
  for (const key of ["service", "scope"]) {
    const value = parameters.get(key);
    if (value !== undefined) url.searchParams.set(key, value);
  }
  const answer = read(await download(url, { limit: mostOfAnswer }), tokenAnswer, url.host);
  return `Bearer ${answer.token ?? answer.access_token ?? ""}`;
}

function read<T>(answer: Buffer, schema: z.ZodType<T>, host: string): T {
  try {
    return schema.parse(JSON.parse(answer.toString()));
  } catch {
    throw new Error(`${host} did not answer as a registry does`);
  }
}
