import { once } from "node:events";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";

import type { ChartName } from "./kubernetes-bounds.ts";
import { packageChart, writeIndex } from "./package-chart.ts";

/** A Helm repository on loopback. */
export interface ChartRepository {
  /** `http://127.0.0.1:PORT`, for `helm repo add` and a Release's `repositoryOpts.repo`. */
  readonly url: string;
  /** Closes the server and its open connections. The packages stay in the folder. */
  close(): Promise<void>;
}

/**
 * Packages this folder's charts in the given versions, and serves them.
 *
 * @throws if a version is malformed, or the Kubernetes bound of a Rancher version is unknown.
 */
export async function serveCharts(options: {
  /** Folder of the packages; created if missing. */
  readonly folder: string;
  readonly charts: readonly { readonly chart: ChartName; readonly versions: readonly string[] }[];
  readonly progress?: (line: string) => void;
}): Promise<ChartRepository> {
  const { folder, charts, progress } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const { chart, versions } of charts) {
    for (const version of versions) {
      progress?.(`packaging the fake ${chart} chart as ${version}`);
      await packageChart(folder, chart, version);
    }
  }

  const contents = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    const body = contents.get(request.url ?? "");
    if (!body) return response.writeHead(404).end("not found\n");
    const type = request.url === "/index.yaml" ? "text/yaml" : "application/gzip";
    return response.writeHead(200, { "content-type": type, "content-length": body.length }).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await writeIndex(folder, url);
  for (const name of await readdir(folder)) {
    if (name === "index.yaml" || name.endsWith(".tgz")) {
      contents.set(`/${name}`, await readFile(path.join(folder, name)));
    }
  }
  progress?.(`serving charts at ${url}`);
  return {
    url,
    close: async () => {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
