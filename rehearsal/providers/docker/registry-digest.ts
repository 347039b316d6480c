import { request } from "node:https";

/** Every kind of manifest. For a list for several architectures, the digest is that of the list. */
const manifests = [
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
].join(", ");

interface Answer {
  readonly status: number;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
  readonly body: string;
}

/**
 * Reads the digest of an image's tag from its registry over HTTPS, with a token if the registry requires one:
 * https://distribution.github.io/distribution/spec/auth/token/. The name must have the registry's host, because a
 * rehearsal contacts no public registry.
 */
export async function registryDigest(image: string, insecure: boolean): Promise<string> {
  const { host, repository, reference } = partsOf(image);
  const failed = (why: string): never => {
    throw new Error(
      `Got error when attempting to fetch image version ${repository}:${reference} from registry: ${why}`,
    );
  };
  if (host === undefined) return failed("a rehearsal contacts no default registry; give the digest");
  const ask = (method: string, url: string, authorization?: string): Promise<Answer> =>
    asked(method, url, insecure, authorization).catch((error: Error) => failed(error.message));

  const manifest = `https://${host}/v2/${repository}/manifests/${reference}`;
  let answer = await ask("HEAD", manifest);
  if (answer.status === 401) {
    const token = await tokenFor(String(answer.headers["www-authenticate"] ?? ""), repository, (url) =>
      ask("GET", url),
    );
    if (token === undefined) return failed(`bad credentials: ${answer.status}`);
    answer = await ask("HEAD", manifest, `Bearer ${token}`);
  }
  const digest = answer.headers["docker-content-digest"];
  return answer.status === 200 && typeof digest === "string"
    ? digest
    : failed(`got bad response from registry: ${answer.status}`);
}

async function tokenFor(
  challenge: string,
  repository: string,
  get: (url: string) => Promise<Answer>,
): Promise<string | undefined> {
  const fields = Object.fromEntries([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]));
  const { realm, service = "" } = fields as { realm?: string; service?: string };
  if (!challenge.startsWith("Bearer ") || realm === undefined) return undefined;
  const url = new URL(realm);
  url.searchParams.set("service", service);
  url.searchParams.set("scope", `repository:${repository}:push,pull`);
  const { status, body } = await get(url.href);
  if (status !== 200) return undefined;
  const { token, access_token: accessToken } = JSON.parse(body) as { token?: string; access_token?: string };
  return token ?? accessToken;
}

/** The first part of a name is a host if it has a dot or a colon, or is `localhost`. */
function partsOf(image: string): { readonly host?: string; readonly repository: string; readonly reference: string } {
  const [first = "", ...others] = image.split("/");
  const isHost = others.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const path = isHost ? others.join("/") : image;
  const [, repository = path, tag, digest] = /^(.+?)(?::([^@]+))?(?:@(.+))?$/.exec(path) ?? [];
  return { ...(isHost && { host: first }), repository, reference: digest ?? tag ?? "latest" };
}

function asked(method: string, url: string, insecure: boolean, authorization?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { Accept: manifests, ...(authorization !== undefined && { Authorization: authorization }) };
    const asking = request(url, { method, headers, rejectUnauthorized: !insecure, timeout: 10_000 }, (answer) => {
      let body = "";
      answer.setEncoding("utf8").on("data", (text: string) => (body += text));
      answer.once("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }));
    });
    asking.once("timeout", () => asking.destroy(new Error(`${new URL(url).host} does not answer`)));
    asking.once("error", reject).end();
  });
}
