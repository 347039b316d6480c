import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { Header } from "tar";

/** An HTTP server on loopback. */
export interface TestServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** `path authorization` of every request so far. */
  readonly requests: readonly string[];
}

/** Response to a path: a body, or a handler. */
export type Answers = Readonly<
  Record<string, string | Buffer | ((request: IncomingMessage, response: ServerResponse) => void)>
>;

/** Serves responses by path, and 404 for all others. */
export async function serve(answers: Answers): Promise<TestServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.url} ${request.headers.authorization ?? "-"}`);
    const answer = answers[request.url ?? ""];
    if (typeof answer === "function") return answer(request, response);
    return answer === undefined ? response.writeHead(404).end() : response.end(answer);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** A packaged chart, as made by `helm package`. */
export function packChart(name: string, files: Readonly<Record<string, string>>): Buffer {
  const blocks = Object.entries(files).flatMap(([path, text]) => {
    const content = Buffer.from(text);
    const header = Buffer.alloc(512);
    new Header({ path: `${name}/${path}`, mode: 0o644, size: content.length, type: "File" }).encode(header);
    return [header, content, Buffer.alloc(-content.length & 511)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

export function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

/** A Rancher chart with a few values. */
export const rancherChart = packChart("rancher", {
  "Chart.yaml": "apiVersion: v2\nname: rancher\nversion: 2.15.2\n",
  "values.yaml": 'antiAffinity: preferred\nauditLog:\n  enabled: false\n  level: 0\nresources: {}\nproxy: ""\n',
  "templates/deployment.yaml": "{{ if .Values.features }}{{ .Values.features }}{{ end }}\n",
});

/** The index of a repository with that chart. */
export function indexOf({
  url = "rancher-2.15.2.tgz",
  digest = sha256(rancherChart),
}: {
  url?: string;
  digest?: string;
}) {
  return `apiVersion: v1
entries:
  other:
  - name: other
    urls: [other-2.15.2.tgz]
    version: 2.15.2
  rancher:
  - digest: ${"0".repeat(64)}
    name: rancher
    urls:
    - rancher-2.15.1.tgz
    version: 2.15.1
  - digest: ${digest}
    name: rancher
    urls:
    - ${url}
    version: 2.15.2
generated: "2026-11-01T00:00:00Z"
`;
}
