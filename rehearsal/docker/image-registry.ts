import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import type { ContainerImage } from "./container-image.ts";

const types = {
  manifest: "application/vnd.docker.distribution.manifest.v2+json",
  config: "application/vnd.docker.container.image.v1+json",
  layer: "application/vnd.docker.image.rootfs.diff.tar.gzip",
};

/** A registry for pulling, by the OCI distribution specification, without pushing and listing. */
export interface ImageRegistry {
  /** `198.18.0.1:41234`: the first part of an image's name. */
  readonly host: string;
  /** Serves an image and returns its digest. The name can be moved to another image later. */
  add(name: string, tag: string, image: ContainerImage): string;
  /** Received requests, `GET /v2/...`, oldest first. */
  readonly requests: readonly string[];
  /** Requires a token from now on, like public registries. */
  wantToken(): void;
  close(): Promise<void>;
}

interface Layer {
  readonly size: number;
  /** Of the compressed bytes, and of the tar file itself. */
  readonly digest: string;
  readonly diffId: string;
}

interface Blob {
  readonly type: string;
  readonly bytes: Buffer;
}

/**
 * Starts a registry on an address of this machine that a sandbox's hosts reach, or on loopback.
 *
 * @param tls certificate and key for HTTPS; plain HTTP if absent.
 */
export async function startImageRegistry(
  address: string,
  tls?: { readonly cert: string; readonly key: string },
): Promise<ImageRegistry> {
  const blobs = new Map<string, Blob>();
  const tags = new Map<string, string>();
  const layers = new WeakMap<Buffer, Layer>();
  const requests: string[] = [];
  const scheme = tls ? "https" : "http";
  let token: string | undefined;

  const keep = (type: string, bytes: Buffer): string => {
    const digest = digestOf(bytes);
    blobs.set(digest, { type, bytes });
    return digest;
  };
  const layerOf = (rootTar: Buffer): Layer => {
    const known = layers.get(rootTar);
    if (known) return known;
    const packed = gzipSync(rootTar, { level: 1 });
    const layer = { size: packed.length, digest: keep(types.layer, packed), diffId: digestOf(rootTar) };
    layers.set(rootTar, layer);
    return layer;
  };
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? "/", `${scheme}://${request.headers.host}`);
    requests.push(`${request.method} ${url.pathname}`);
    if (url.pathname === "/token") return void response.end(JSON.stringify({ token }));
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) {
      const realm = `Bearer realm="${scheme}://${request.headers.host}/token",service="test",scope="repository:any:pull"`;
      return void response.writeHead(401, { "WWW-Authenticate": realm }).end();
    }
    if (url.pathname === "/v2/") return void response.end("{}");
    const [, name = "", kind, reference = ""] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(url.pathname) ?? [];
    const digest = kind === "manifests" ? (tags.get(`${name}:${reference}`) ?? reference) : reference;
    const blob = blobs.get(digest);
    if (!blob) return void response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
    response.writeHead(200, {
      "Content-Type": blob.type,
      "Content-Length": blob.bytes.length,
      "Docker-Content-Digest": digest,
    });
    response.end(request.method === "HEAD" ? undefined : blob.bytes);
  };

  const server = tls ? createTlsServer(tls, answer) : createServer(answer);
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, address, resolve));
  return {
    host: `${address}:${(server.address() as AddressInfo).port}`,
    requests,
    wantToken: () => void (token = "a-token"),
    add: (name, tag, { rootTar, config: ofContainers }) => {
      const { size, digest: layer, diffId } = layerOf(rootTar);
      const config = Buffer.from(
        JSON.stringify({
          architecture: process.arch === "x64" ? "amd64" : process.arch,
          os: "linux",
          config: ofContainers,
          rootfs: { type: "layers", diff_ids: [diffId] },
        }),
      );
      const manifest = {
        schemaVersion: 2,
        mediaType: types.manifest,
        config: { mediaType: types.config, size: config.length, digest: keep(types.config, config) },
        layers: [{ mediaType: types.layer, size, digest: layer }],
      };
      const digest = keep(types.manifest, Buffer.from(JSON.stringify(manifest)));
      tags.set(`${name}:${tag}`, digest);
      return digest;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
