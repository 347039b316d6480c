import { request } from "node:https";

/** Every kind of manifest: a list for several architectures comes as it is, and its digest is the list's. */
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
 * The digest an image's tag has in its registry, asked for over HTTPS, with a token where the registry wants one:
 * https://distribution.github.io/distribution/spec/auth/token/. Only for names with the registry's host; a rehearsal
 * asks nobody else's.
 */
export async function registryDigest(image: string, insecure: boolean): Promise<string> {
  const { host, repository, reference } = partsOf(image);
  const failed = (why: string): never => {
    throw new Error(
      `Got error when attempting to fetch image version ${repository}:${reference} from registry: ${why}`,
    );
  };
  if (host === undefined) return failed("a rehearsal reaches no registry that is not named; give the digest");
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

/** A name's first part is a host where it could be none of a repository's: it has a dot or a colon, or is localhost. */
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
